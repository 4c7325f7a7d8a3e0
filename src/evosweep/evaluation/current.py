"""The batch that is being evaluated, for evaluations that depend on how far a run has come."""

_batch = 0


def current_batch() -> int:
    """0-based number of the `toolbox.map` call (or single evaluation) that is being evaluated.

    With one call of `toolbox.map` per generation, as in DEAP's algorithms, this is the number of
    the generation.

    Returns
    -------
    int
        The same on every backend, also when a run is resumed; 0 outside of an evaluation.
    """
    return _batch


def enter(batch: int) -> None:
    """Set the batch that the next evaluations in this process belong to."""
    global _batch  # noqa: PLW0603 - one per process by nature
    _batch = batch
