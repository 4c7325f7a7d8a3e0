"""A classifier of the breast cancer data by strongly typed genetic programming.

Montana: Strongly typed genetic programming, Evolutionary Computation 3(2), 1995; the set of
primitives is that of DEAP's spam example.
"""

import operator

import numpy as np
from deap import base, gp

from evosweep.fast.trees import evaluate_tree
from evosweep.problems.feature_selection import breast_cancer
from evosweep.problems.traits import Traits
from evosweep.problems.trees import protected_div, trees_toolbox


def tree_classifier(tournament: int = 3, max_height: int = 10) -> base.Toolbox:
    """Typed trees that classify a cell as benign or not from its 30 features.

    The fitness is the share of the 569 cells that a tree classifies correctly, to be maximised.

    Parameters
    ----------
    tournament
        Individuals in a selection tournament.
    max_height
        Limit of a tree's height, 2 to 60; a taller child is replaced by one of its parents.
    """
    features, labels = breast_cancer()
    scaled = (features - features.mean(axis=0)) / features.std(axis=0)
    pset = primitives(scaled.shape[1])
    columns, benign = list(scaled.T.copy()), labels.astype(bool)
    toolbox = trees_toolbox(
        "TreeClassifier", pset, weight=1.0, max_height=max_height, tournament=tournament
    )
    toolbox.register("evaluate", accuracy, pset=pset, columns=columns, benign=benign)
    toolbox.traits = Traits(genome="tree", optimum=1.0, dataset=breast_cancer)
    return toolbox


def primitives(inputs: int) -> gp.PrimitiveSetTyped:
    """Logic over comparisons over arithmetic: floats in, a bool out."""
    pset = gp.PrimitiveSetTyped("MAIN", [float] * inputs, bool, "x")
    pset.addPrimitive(np.logical_and, [bool, bool], bool)
    pset.addPrimitive(np.logical_or, [bool, bool], bool)
    pset.addPrimitive(np.logical_not, [bool], bool)
    for operation in (operator.add, operator.sub, operator.mul, protected_div):
        pset.addPrimitive(operation, [float, float], float)
    pset.addPrimitive(operator.lt, [float, float], bool)
    pset.addPrimitive(np.where, [bool, float, float], float, name="if_then_else")
    for constant in (-1.0, 0.0, 0.5, 2.0):
        pset.addTerminal(constant, float)
    pset.addTerminal(False, bool)
    pset.addTerminal(True, bool)
    return pset


def accuracy(
    tree: gp.PrimitiveTree,
    pset: gp.PrimitiveSetTyped,
    columns: list[np.ndarray],
    benign: np.ndarray,
) -> tuple[float]:
    """Return the share of rows that the tree labels correctly."""
    with np.errstate(all="ignore"):
        predicted = np.broadcast_to(evaluate_tree(tree, pset, columns), benign.shape)
    return (int(np.count_nonzero(predicted == benign)) / len(benign),)
