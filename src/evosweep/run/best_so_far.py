"""Tell the best of a generation from the best of all generations so far."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

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
    for name, value in row.items():
        match = _BEST.fullmatch(name)
        number = (match[1] or "") if match else ""
        place = int(number[1:] or 0) if number else 0
        if not match or place >= len(weights) or not isinstance(value, int | float):
            continue
        before = best.get(number)
        if before is None or value * weights[place] > before * weights[place]:
            best[number] = value
        columns |= {f"generation_best{number}": value, f"best_so_far{number}": best[number]}
    return columns
