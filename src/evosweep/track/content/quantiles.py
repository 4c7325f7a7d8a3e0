"""The quantiles that a configuration shows of its runs."""

from collections.abc import Sequence

QUANTILES = {"median": 0.5, "q1": 0.25, "q3": 0.75}
"""Levels by name; MLflow's comparison starts with the first."""


def quantile(values: Sequence[float], level: float) -> float:
    """Return the quantile of sorted values, with linear interpolation (Hyndman and Fan's type
    7)."""
    place = level * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    share = place - low
    return values[low] if share == 0 else values[low] * (1 - share) + values[high] * share
