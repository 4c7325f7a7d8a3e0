"""The verdict as a text of its own, for programs that show it elsewhere."""

VERDICT = "verdict.txt"
"""Beside the report: its summary, a sentence a line."""
