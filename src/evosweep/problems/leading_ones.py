"""LeadingOnes: the number of ones before the first zero of a bit string.

Rudolph: Convergence properties of evolutionary algorithms, Kovac 1997.
"""

from collections.abc import Sequence
from itertools import takewhile

from deap import base

from evosweep.plugins.parameters import integer
from evosweep.problems.toolboxes import bits_toolbox
from evosweep.problems.traits import Traits


def leading_ones(bits: int = 50, flip: float = 0.02, tournament: int = 3) -> base.Toolbox:
    """Bit strings; the ones before the first zero are maximised.

    Parameters
    ----------
    bits
        Genes, 1 or more.
    flip
        Probability that a mutation flips a gene.
    tournament
        Individuals in a selection tournament.
    """
    integer("bits", bits)
    toolbox = bits_toolbox(
        "LeadingOnes", count_leading_ones, bits=bits, flip=flip, tournament=tournament
    )
    toolbox.traits = Traits(genome="bits", optimum=float(bits), target=float(bits))
    return toolbox


def count_leading_ones(individual: Sequence[int]) -> tuple[int]:
    """Return the number of ones before the first zero."""
    return (sum(takewhile(bool, individual)),)
