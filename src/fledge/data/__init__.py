"""Sources, splits, labels, DataBlock, cache, DataLoaders."""
