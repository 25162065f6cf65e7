"""A predictor behind HTTP, and its web page."""
