"""Draw the pictures of the comparison. Each function returns a `Plot`: an SVG and its data."""
