"""The parts of a report, and its files; no statistics."""
