"""Functional ANOVA of a sampled design, with a random forest that has learned the results.

Each tree cuts the space of parameters into boxes with one value each, so that the mean over any
parameters is exact for a forest (Hutter, Hoos and Leyton-Brown, ICML 2014). The shares are only as
good as the forest. So the report shows its out-of-bag score: the share of the variance that it
predicts for points on which it was not trained.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.anova import terms_of

Floats = NDArray[np.float64]
TREES, REFITS, CELLS, POINTS = 128, 20, 48, 4096
FEWEST_POINTS = 20
LEAST_SCORE = 0.3  # out-of-bag score; a forest with less has learned too little


@dataclass(frozen=True)
class Forest:
    """The shares of the terms, those of each refit on resampled points, and the score."""

    shares: Floats
    refits: Floats
    score: float


def fit(points: Floats, results: Floats) -> Forest:
    """Fit results, shape (n,), at points, shape (n, parameters), that are scaled to [0, 1]."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # the matrices are too small for several threads
        return _fit(points, results)


def _fit(points: Floats, results: Floats) -> Forest:
    whole = _grow(points, results, seed=0, trees=TREES)
    rng = np.random.default_rng(0)
    refits = []
    for seed in range(1, REFITS + 1):
        chosen = rng.integers(0, len(points), len(points))
        grown = _grow(points[chosen], results[chosen], seed=seed, trees=TREES // 4)
        refits.append(shares_of(grown, points.shape[1]))
    return Forest(shares_of(whole, points.shape[1]), np.array(refits), float(whole.oob_score_))


def _grow(points: Floats, results: Floats, seed: int, trees: int) -> Any:
    from sklearn.ensemble import RandomForestRegressor

    forest = RandomForestRegressor(
        trees, oob_score=trees == TREES, random_state=seed, max_features=0.7, n_jobs=1
    )
    return forest.fit(points, results)


def shares_of(forest: Any, count: int) -> Floats:
    """Return the share of the forest's variance that each main effect and pair explains."""
    from scipy.stats import qmc

    marks = (np.arange(CELLS) + 0.5) / CELLS
    mains = np.zeros((count, CELLS))
    pairs = {pair: np.zeros((CELLS, CELLS)) for pair in terms_of(count)[count:]}
    for tree in forest.estimators_:
        low, high, values = _leaves(tree.tree_, count)
        inside = ((low[:, :, None] < marks) & (marks <= high[:, :, None])).astype(np.float64)
        width = inside.mean(axis=2)
        for place in range(count):
            weight = values * np.delete(width, place, axis=1).prod(axis=1)
            mains[place] += weight @ inside[:, place]
        for one, other in pairs:
            weight = values * np.delete(width, (one, other), axis=1).prod(axis=1)
            pairs[one, other] += (inside[:, one] * weight[:, None]).T @ inside[:, other]
    trees = len(forest.estimators_)
    effects = (mains / trees).var(axis=1)
    inter = [
        (table / trees).var() - effects[one] - effects[other]
        for (one, other), table in pairs.items()
    ]
    sample = qmc.Sobol(count, seed=0).random(POINTS)
    total = forest.predict(sample).var()
    shares: Floats = np.maximum(np.array([*effects, *inter]), 0.0)
    return shares / total if total > 0 else np.full(len(shares), np.nan)


def _leaves(tree: Any, count: int) -> tuple[Floats, Floats, Floats]:
    """Return the lower and upper bounds of a tree's leaves, (leaves, parameters), and values."""
    children, feature, threshold = (
        (tree.children_left, tree.children_right),
        tree.feature,
        tree.threshold,
    )
    low, high = np.full((2, tree.node_count, count), [[[-np.inf]], [[np.inf]]])
    for node in np.flatnonzero(children[0] >= 0):  # a parent comes before its children
        for child, edge in zip((side[node] for side in children), (high, low), strict=True):
            low[child], high[child] = low[node], high[node]
            edge[child, feature[node]] = threshold[node]
    leaf = children[0] < 0
    return low[leaf], high[leaf], tree.value[leaf].reshape(-1)
