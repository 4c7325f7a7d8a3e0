"""Programs that others start (SCOOP, a container, an image): a few lines over other rooms."""
