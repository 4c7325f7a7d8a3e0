"""Pictures of the comparison. Each function returns a `Plot`: an SVG and the data behind it."""
