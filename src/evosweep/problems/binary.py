"""DEAP's binary benchmark functions, by name: deceptive traps and royal roads.

Their definitions and sources are in `deap.benchmarks.binary`.
"""

from collections.abc import Callable, Sequence

from deap import base
from deap.benchmarks import binary as functions

from evosweep.errors import InputError
from evosweep.plugins.parameters import choice, integer
from evosweep.problems.toolboxes import bits_toolbox
from evosweep.problems.traits import Traits

FUNCTIONS = ("trap", "royal_road1", "royal_road2")


def binary(
    function: str = "trap", blocks: int = 8, order: int = 5, flip: float = 0.02, tournament: int = 3
) -> base.Toolbox:
    """Bit strings of `blocks` blocks of `order` bits, to be maximised.

    Parameters
    ----------
    function
        `trap`: the best block is all ones, but every step towards it looks worse (Goldberg, Deb and
        Horn, 1992). `royal_road1` and `royal_road2`: only whole blocks of ones count (Mitchell,
        Forrest and Holland, 1991).
    blocks
        Blocks, 1 or more; a power of two for `royal_road2`.
    order
        Bits per block, 2 or more.
    flip
        Probability that a mutation flips a gene.
    tournament
        Individuals in a selection tournament.
    """
    choice("function", function, FUNCTIONS)
    integer("blocks", blocks)
    integer("order", order, 2)
    if function == "royal_road2" and blocks & (blocks - 1):
        raise InputError(f"blocks must be a power of two for royal_road2, not {blocks}")
    toolbox = bits_toolbox(
        f"Binary_{function}",
        _evaluation(function, order),
        bits=blocks * order,
        flip=flip,
        tournament=tournament,
    )
    best = float(toolbox.evaluate([1] * blocks * order)[0])
    toolbox.traits = Traits(genome="bits", optimum=best, target=best)
    return toolbox


def _evaluation(function: str, order: int) -> Callable[[Sequence[int]], tuple[float]]:
    if function == "trap":
        return lambda bits: (
            float(sum(functions.trap(bits[i : i + order]) for i in range(0, len(bits), order))),
        )
    royal = getattr(functions, function)
    return lambda bits: (float(royal(bits, order)[0]),)
