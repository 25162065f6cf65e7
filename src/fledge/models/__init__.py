"""Plain nn.Modules and the frozen descriptions they are built from."""
