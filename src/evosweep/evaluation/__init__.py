"""`toolbox.map`: batches, chunks, workers, blame, replay; nothing of algorithms and receipts."""
