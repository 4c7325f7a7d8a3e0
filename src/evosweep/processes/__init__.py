"""Signals, locks and the life of processes; nothing of what they compute."""
