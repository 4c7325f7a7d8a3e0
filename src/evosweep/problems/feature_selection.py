"""Feature selection for a classifier of the breast cancer data.

The wrapper approach of Kohavi and John: Wrappers for feature subset selection, Artificial
Intelligence 97, 1997. Data: Wisconsin diagnostic breast cancer (569 cells, 30 features), which
ships with scikit-learn.
"""

from functools import partial

import numpy as np
from deap import base, tools

from evosweep.errors import InputError
from evosweep.plugins.parameters import integer, probability
from evosweep.problems.toolboxes import bits_toolbox
from evosweep.problems.traits import Traits

Splits = list[tuple[np.ndarray, np.ndarray]]
"""Row numbers of training and test, for each fold."""


def feature_selection(
    folds: int = 3, feature_cost: float = 0.0, flip: float = 0.05, tournament: int = 3
) -> base.Toolbox:
    """Bit masks over 30 features; the classifier's accuracy is maximised.

    Parameters
    ----------
    folds
        Folds of the cross-validation, 2 to 200. They are stratified and fixed, so that the
        evaluation is deterministic; it takes about 1 ms per fold.
    feature_cost
        Accuracy, 0 to 1, that is subtracted for the mask of all features; proportionally less for
        fewer.
    flip
        Probability that a mutation flips a gene.
    tournament
        Individuals in a selection tournament.
    """
    integer("folds", folds, 2, 200)
    probability("feature_cost", feature_cost)
    features, labels = breast_cancer()
    splits = stratified_splits(features, labels, folds)
    evaluate = partial(
        accuracy, features=features, labels=labels, splits=splits, feature_cost=feature_cost
    )
    toolbox = bits_toolbox(
        "FeatureSelection", evaluate, bits=features.shape[1], flip=flip, tournament=tournament
    )
    toolbox.register("mate", tools.cxUniform, indpb=0.5)
    toolbox.traits = Traits(genome="bits", optimum=None, target=None, dataset=breast_cancer)
    return toolbox


def accuracy(
    mask: list[int], features: np.ndarray, labels: np.ndarray, splits: Splits, feature_cost: float
) -> tuple[float]:
    """Return the share of cells that Gaussian naive Bayes classifies correctly over all folds.

    A count divided by a count: the same on every machine. The empty mask scores 0.
    """
    from sklearn.naive_bayes import GaussianNB

    columns = np.flatnonzero(mask)
    if not len(columns):
        return (0.0,)
    selected = features[:, columns]
    right = 0
    for train, test in splits:
        model = GaussianNB().fit(selected[train], labels[train])
        right += int(np.count_nonzero(model.predict(selected[test]) == labels[test]))
    return (right / len(labels) - feature_cost * len(columns) / len(mask),)


def breast_cancer() -> tuple[np.ndarray, np.ndarray]:
    """Return the data: 569 x 30 features, and one label per row: 0 (malignant) or 1 (benign)."""
    try:
        from sklearn.datasets import load_breast_cancer
    except ImportError as error:
        raise InputError(
            "the problem feature_selection needs scikit-learn: pip install 'evosweep[problems]'"
        ) from error
    features, labels = load_breast_cancer(return_X_y=True)
    return features, labels


def stratified_splits(features: np.ndarray, labels: np.ndarray, folds: int) -> Splits:
    """Row numbers for training and for testing, for each fold; always the same."""
    from sklearn.model_selection import StratifiedKFold

    return list(StratifiedKFold(folds).split(features, labels))
