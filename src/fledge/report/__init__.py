"""A run on one page: verdict, curves, mistakes, reasons, how to use it."""
