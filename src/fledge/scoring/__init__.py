"""Outputs against targets: losses and metrics."""
