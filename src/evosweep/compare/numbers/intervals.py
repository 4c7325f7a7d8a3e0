"""Bootstrap confidence intervals of means and medians, many samples at once."""

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.location import scale_of

Floats = NDArray[np.float64]
RESAMPLES = 2000
Statistic = Callable[..., object]
SEED = 0  # seed of the resampling: equal data give equal intervals


def bootstrap(
    samples: Sequence[Floats], statistic: Statistic, alpha: float = 0.05
) -> list[tuple[float, float]]:
    """Return the percentile interval of `statistic` (NumPy's mean or median) for each sample.

    NaN for samples of fewer than two values. Efron: Bootstrap Methods, Annals of Statistics 7,
    1979.
    """
    intervals = [(float("nan"), float("nan"))] * len(samples)
    by_size: dict[int, list[int]] = defaultdict(list)
    for place, sample in enumerate(samples):
        by_size[len(sample)].append(place)
    for size, places in by_size.items():
        if size < 2:
            continue
        scales = np.array([scale_of(samples[place]) for place in places])
        rows = np.array([samples[place] for place in places]) / scales[:, None]
        for place, *bounds in zip(places, *_intervals(rows, statistic, alpha), scales, strict=True):
            low, high, scale = map(float, bounds)
            intervals[place] = (low * scale, high * scale)
    return intervals


def _intervals(rows: Floats, statistic: Statistic, alpha: float) -> tuple[Floats, Floats]:
    """Return what `scipy.stats.bootstrap` does, whose import takes as long as a small report."""
    generator, size = np.random.default_rng(SEED), rows.shape[-1]
    batch = max(1, 4_000_000 // rows.size)
    statistics = []
    for start in range(0, RESAMPLES, batch):
        places = generator.integers(0, size, (min(batch, RESAMPLES - start), size))
        statistics.append(np.asarray(statistic(rows[..., places], axis=-1)))
    tail = (1 - (1 - alpha)) / 2
    ordered = np.sort(np.concatenate(statistics, axis=-1), axis=-1)
    return _quantile(ordered, tail), _quantile(ordered, 1 - tail)


def _quantile(ordered: Floats, share: float) -> Floats:
    """Return a quantile of each row, between two of its values, with the last bits of SciPy's."""
    count = ordered.shape[-1]
    after, rest = divmod(share * count + (1 - share), 1)
    low, high = ordered[..., int(after) - 1], ordered[..., min(int(after), count - 1)]
    between: Floats = (1 - rest) * low + rest * high
    return between
