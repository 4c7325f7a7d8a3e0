"""Crossover of typed trees; the code lies in `evosweep.problems.typed_crossover`."""

from evosweep.problems.typed_crossover import cx_one_point, cx_one_point_leaf_biased

__all__ = ["cx_one_point", "cx_one_point_leaf_biased"]
