"""Rules and classic machine learning: the bar a network has to clear."""
