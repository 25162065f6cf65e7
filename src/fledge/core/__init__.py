"""Errors, tables of names, checked JSON, seeds, devices, progress."""
