"""What went on inside: a step in numbers, confusion, worst mistakes."""
