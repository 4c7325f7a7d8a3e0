"""Hyper-parameter search for a support vector machine on the breast cancer data.

The ranges are those of Hsu, Chang and Lin: A practical guide to support vector classification,
2003; Friedrichs and Igel: Evolutionary tuning of multiple SVM parameters, Neurocomputing 64, 2005.
"""

import numpy as np
from deap import base

from evosweep.plugins.parameters import integer
from evosweep.problems.feature_selection import Splits, breast_cancer, stratified_splits
from evosweep.problems.toolboxes import reals_toolbox
from evosweep.problems.traits import Traits

BOUNDS = (0.0, 1.0)
LOG2_C, LOG2_GAMMA = (-5.0, 15.0), (-15.0, 3.0)


def hyperparameters(folds: int = 5, tournament: int = 3) -> base.Toolbox:
    """C and gamma of a support vector machine with a Gaussian kernel; its error rate is minimised.

    Two genes in [0, 1] are C and gamma on a logarithmic scale: 2^-5 to 2^15 and 2^-15 to 2^3. An
    evaluation takes 10 to 100 ms.

    Parameters
    ----------
    folds
        Folds of the cross-validation, 2 to 200; they are stratified and fixed.
    tournament
        Individuals in a selection tournament.
    """
    integer("folds", folds, 2, 200)
    features, labels = breast_cancer()
    features = (features - features.mean(axis=0)) / features.std(axis=0)
    splits = stratified_splits(features, labels, folds)

    def evaluate(genome: list[float]) -> tuple[float]:
        return (error_rate(*decode(genome), features, labels, splits),)

    toolbox = reals_toolbox(
        "Hyperparameters", evaluate, dimension=2, bounds=BOUNDS, tournament=tournament
    )
    toolbox.traits = Traits(genome="reals", bounds=BOUNDS, dataset=breast_cancer)
    return toolbox


def decode(genome: list[float]) -> tuple[float, float]:
    """C and gamma."""
    c, gamma = (min(max(gene, 0.0), 1.0) for gene in genome)
    return (
        2.0 ** (LOG2_C[0] + c * (LOG2_C[1] - LOG2_C[0])),
        2.0 ** (LOG2_GAMMA[0] + gamma * (LOG2_GAMMA[1] - LOG2_GAMMA[0])),
    )


def error_rate(
    c: float, gamma: float, features: np.ndarray, labels: np.ndarray, splits: Splits
) -> float:
    """Return the share of cells classified wrongly over all folds: a count divided by a count."""
    from sklearn.svm import SVC

    wrong = 0
    for train, test in splits:
        model = SVC(C=c, gamma=gamma, max_iter=100_000, random_state=0).fit(
            features[train], labels[train]
        )
        wrong += int(np.count_nonzero(model.predict(features[test]) != labels[test]))
    return wrong / len(labels)
