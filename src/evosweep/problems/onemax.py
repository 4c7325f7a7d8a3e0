"""OneMax, as in DEAP's tutorial: the number of ones in a bit string."""

from deap import base

from evosweep.plugins.parameters import integer
from evosweep.problems.toolboxes import bits_toolbox
from evosweep.problems.traits import Traits


def onemax(bits: int = 100, flip: float = 0.05, tournament: int = 3) -> base.Toolbox:
    """Bit strings; the number of ones is maximised.

    Parameters
    ----------
    bits
        Genes, 2 or more.
    flip
        Probability that a mutation flips a gene.
    tournament
        Individuals in a selection tournament.
    """
    integer("bits", bits, 2)  # crossover needs two places
    toolbox = bits_toolbox("OneMax", count_ones, bits=bits, flip=flip, tournament=tournament)
    toolbox.traits = Traits(genome="bits", optimum=float(bits), target=float(bits))
    return toolbox


def count_ones(individual: list[int]) -> tuple[int]:
    """Return the number of ones."""
    return (sum(individual),)
