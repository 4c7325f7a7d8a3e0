"""Signals, kills, locks and who evaluates what; nothing of what the processes compute."""
