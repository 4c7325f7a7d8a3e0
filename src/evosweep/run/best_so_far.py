"""Tell the best of a generation from the best of all generations so far."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

_BEST = re.compile(r"best(_\d+)?")


def with_best_so_far(
    rows: Iterable[Mapping[str, object]], weights: Sequence[float]
) -> Iterator[dict[str, object]]:
    """Yield the rows of a logbook, adding `generation_best` and `best_so_far` to each `best`.

    Parameters
    ----------
    rows
        A row for each generation, in order; `best`, or `best_0`, ... with several objectives.
    weights
        The weight of each objective; if they are unknown it is empty, and the rows do not change.
    """
    best: dict[str, float] = {}
    for row in rows:
        yield {**row, **_columns(row, weights, best)}


def _columns(
    row: Mapping[str, object], weights: Sequence[float], best: dict[str, float]
) -> dict[str, object]:
    columns: dict[str, object] = {}
    for name, number, place in _places(tuple(row)):
        value = row[name]
        if place >= len(weights) or not isinstance(value, int | float):
            continue
        before = best.get(number)
        if before is None or value * weights[place] > before * weights[place]:
            best[number] = value
        columns |= {f"generation_best{number}": value, f"best_so_far{number}": best[number]}
    return columns


@lru_cache(maxsize=16)
def _places(names: tuple[str, ...]) -> list[tuple[str, str, int]]:
    """Return name, suffix and objective of each `best` among a row's names; rows have the same."""
    matches = [match for match in map(_BEST.fullmatch, names) if match]
    return [(match[0], match[1] or "", int((match[1] or "_0")[1:])) for match in matches]
