"""What a report is made of, and its files; no statistics."""
