"""The current batch, for evaluations that depend on the progress of a run."""

_batch = 0


def current_batch() -> int:
    """Return the 0-based number of the current `toolbox.map` call, or single evaluation.

    With one call of `toolbox.map` per generation, as in DEAP's algorithms, this is the number of
    the generation.

    Returns
    -------
    int
        The same on every backend, also when a run is resumed; 0 outside of an evaluation.
    """
    return _batch


def enter(batch: int) -> None:
    """Set the batch of the next evaluations in this process."""
    global _batch  # noqa: PLW0603 - one per process by nature
    _batch = batch
