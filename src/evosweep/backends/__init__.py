"""Where evaluations happen, one file for each backend; nothing here knows what a chunk means."""
