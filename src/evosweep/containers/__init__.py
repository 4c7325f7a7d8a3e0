"""Command lines of container engines and their clients; nothing of what a run is."""
