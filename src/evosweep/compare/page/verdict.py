"""Write the verdict as a separate text, for programs that show it elsewhere."""

VERDICT = "verdict.txt"
"""The file beside the report with its summary, one sentence per line."""
