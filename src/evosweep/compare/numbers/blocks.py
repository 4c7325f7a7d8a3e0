"""Complete blocks: the problems and algorithms of which every combination has results.

Friedman's test needs every algorithm on every problem. If an experiment is a mixture, the
largest complete block is ranked, and what it leaves out is named.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

MOST_SETS = 2000  # sets of algorithms that are looked at; a grid cut by `only` has a handful


@dataclass(frozen=True)
class CompleteBlock:
    """Algorithms and problems, every combination of which has results."""

    algorithms: tuple[str, ...]
    problems: tuple[str, ...]


def largest_block(problems: Mapping[str, Sequence[str]], fewest: int) -> CompleteBlock:
    """Return the largest complete block of two algorithms or more; an empty one if there is
    none.

    Parameters
    ----------
    problems
        The algorithms of each problem.
    fewest
        The problems that a test needs: a block with so many is preferred to one with fewer.

    Returns
    -------
    CompleteBlock
        With the most combinations, then the most algorithms; both in the order given.
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
    """Return every set that some problems share, in a fixed order."""
    closed: dict[frozenset[str], None] = {}
    for members in dict.fromkeys(sets):
        for other in [*closed, members]:
            if len(closed) < MOST_SETS:
                closed.setdefault(members & other)
    return list(closed)


def _size(block: CompleteBlock, fewest: int) -> tuple[bool, int, int]:
    count = len(block.algorithms) * len(block.problems)
    return len(block.problems) >= fewest, count, len(block.algorithms)
