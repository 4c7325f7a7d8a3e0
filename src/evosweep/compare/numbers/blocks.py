"""Complete blocks: problems and algorithms with results of every combination.

Friedman's test needs every algorithm on every problem. If an experiment lacks some combinations,
the largest complete block is ranked, and the report names the rest.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

MOST_SETS = 2000  # most sets of algorithms to look at; a grid with `only` has a few


@dataclass(frozen=True)
class CompleteBlock:
    """Algorithms and problems with results of every combination."""

    algorithms: tuple[str, ...]
    problems: tuple[str, ...]


def largest_block(problems: Mapping[str, Sequence[str]], fewest: int) -> CompleteBlock:
    """Return the largest complete block of two algorithms or more; it may be empty.

    Parameters
    ----------
    problems
        The algorithms of each problem.
    fewest
        Number of problems that a test needs; blocks with at least as many are preferred.

    Returns
    -------
    CompleteBlock
        The block with the most combinations, then the most algorithms, in the given order.
    """
    order = list(dict.fromkeys(name for names in problems.values() for name in names))
    sets = {name: frozenset(names) for name, names in problems.items()}
    blocks = [
        CompleteBlock(
            tuple(name for name in order if name in chosen),
            tuple(name for name, members in sets.items() if chosen <= members),
        )
        for chosen in _intersections(sets.values())
        if len(chosen) > 1
    ]
    if not blocks:
        return CompleteBlock((), ())
    return max(blocks, key=lambda block: _size(block, fewest))


def _intersections(sets: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """Return all intersections of the sets, in a fixed order."""
    closed: dict[frozenset[str], None] = {}
    for members in dict.fromkeys(sets):
        for other in [*closed, members]:
            if len(closed) < MOST_SETS:
                closed.setdefault(members & other)
    return list(closed)


def _size(block: CompleteBlock, fewest: int) -> tuple[bool, int, int]:
    count = len(block.algorithms) * len(block.problems)
    return len(block.problems) >= fewest, count, len(block.algorithms)
