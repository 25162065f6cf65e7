"""Value <-> tensor: one file a kind, and the random changes of a batch."""
