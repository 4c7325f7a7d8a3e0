"""The batch that is being evaluated, for evaluations that depend on how far a run has come."""

_batch = 0


def current_batch() -> int:
    """0-based number of the `toolbox.map` call (or single evaluation) that is being evaluated.

    The same on every backend, also when a run is resumed; 0 outside of an evaluation. With one call
    of `toolbox.map` a generation, as in DEAP's algorithms, it is the number of the generation.
    """
    return _batch


def enter(batch: int) -> None:
    """Says which batch the evaluations that follow in this process belong to."""
    global _batch  # noqa: PLW0603 - one per process by nature
    _batch = batch
