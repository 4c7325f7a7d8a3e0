"""`toolbox.map`: batches, chunks, workers, blame, replay; no algorithms, no records."""
