"""Counts and names for sentences."""

from collections.abc import Sequence


def plural(count: int, word: str) -> str:
    """Return a count with its noun."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def some(names: Sequence[str], word: str, most: int = 3) -> str:
    """Return the names if there are at most `most`, else their number."""
    return listed(names) if len(names) <= most else plural(len(names), word)


def first_of(names: Sequence[str], most: int = 4) -> str:
    """Return the names joined for a sentence; of more than `most`, the first and a number."""
    few = names if len(names) <= most else [*names[: most - 1], f"{len(names) - most + 1} more"]
    return listed(few)


def listed(names: Sequence[str]) -> str:
    """Return names joined for a sentence: `a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
