"""A trained model as a function, and the file it is kept in."""
