"""One run from its spec to its receipt; nothing of processes, grids or tracking."""
