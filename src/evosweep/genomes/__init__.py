"""Individuals as bare genomes and back, their bytes and digests; nothing of evaluation."""
