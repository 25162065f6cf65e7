"""What one line does from end to end: look at data, train, compare, repeat."""
