"""Symbolic regression by genetic programming, of a formula or of real data.

Koza: Genetic Programming, MIT Press, 1992. Data: diabetes (442 patients, 10 features; Efron et
al., Least Angle Regression, Annals of Statistics 32(2), 2004), which ships with scikit-learn.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from deap import base

from evosweep.errors import InputError
from evosweep.plugins.parameters import choice, integer
from evosweep.problems.traits import Traits
from evosweep.problems.trees import arithmetic, mean_squared_error, prefer_smaller, trees_toolbox

# Name: number of inputs, the range that they are sampled from, the formula.
FORMULAS: dict[str, tuple[int, tuple[float, float], Callable[..., np.ndarray]]] = {
    "quartic": (1, (-1.0, 1.0), lambda x: x**4 + x**3 + x**2 + x),
    "rational_polynomial": (
        3,
        (0.05, 2.0),
        lambda x, y, z: 30.0 * (x - 1.0) * (z - 1.0) / (y * y * (x - 10.0)),
    ),
    "unwrapped_ball": (
        5,
        (0.05, 6.05),
        lambda *x: 10.0 / (5.0 + sum((xi - 3.0) * (xi - 3.0) for xi in x)),
    ),
}


def symbolic_regression(
    data: str = "diabetes",
    rows: int = 1000,
    tournament: int = 3,
    parsimony: float = 1.4,
    max_height: int = 10,
) -> base.Toolbox:
    """Expressions in the features of `data`; the mean squared error is minimised.

    Parameters
    ----------
    data
        `diabetes`, or a formula: `quartic` (Koza), `rational_polynomial` or `unwrapped_ball`
        (Vladislavleva, Smits and den Hertog, 2009).
    rows
        Points at which a formula is sampled; `diabetes` always has 442.
    tournament
        Individuals in a selection tournament.
    parsimony
        1 to 2: of two winners of a tournament, the smaller is selected with half this probability.
    max_height
        Limit of a tree's height, 2 to 60; a taller child is replaced by one of its parents (17 in
        Koza's book).
    """
    choice("data", data, ("diabetes", *FORMULAS))
    dataset = diabetes if data == "diabetes" else partial(sample, data, integer("rows", rows))
    features, target = dataset()
    pset = arithmetic(features.shape[1])
    for constant in (1.0, 10.0, 100.0) if data == "diabetes" else (1.0, 3.0):
        pset.addTerminal(constant)
    toolbox = trees_toolbox(
        "SymbolicRegression", pset, weight=-1.0, max_height=max_height, tournament=tournament
    )
    prefer_smaller(toolbox, tournament, parsimony)
    columns = list(features.T.copy())
    toolbox.register("evaluate", mean_squared_error, pset=pset, columns=columns, target=target)
    optimum = None if data == "diabetes" else 0.0
    toolbox.traits = Traits(genome="tree", optimum=optimum, dataset=dataset)
    return toolbox


def diabetes() -> tuple[np.ndarray, np.ndarray]:
    """Return the data: 442 x 10 standardised features, and the progression of the disease (25 to
    346)."""
    try:
        from sklearn.datasets import load_diabetes
    except ImportError as error:
        raise InputError(
            "the problem symbolic_regression needs scikit-learn: pip install 'evosweep[problems]'"
        ) from error
    features, target = load_diabetes(return_X_y=True)
    return features, target


def sample(formula: str, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Points drawn uniformly, always the same, and the formula's values there."""
    inputs, (low, high), function = FORMULAS[formula]
    features = np.random.default_rng(0).uniform(low, high, (rows, inputs))
    return features, function(*features.T)
