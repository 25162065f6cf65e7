"""The kinds of problem, one file each."""
