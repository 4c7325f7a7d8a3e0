"""Sorting networks: as few comparators as sort every input.

Hillis: Co-evolving parasites improve simulated evolution as an optimization procedure, Physica D
42, 1990; the sizes of the smallest are those of Knuth: The Art of Computer Programming 3, 5.3.4.
"""

import random
from itertools import combinations, pairwise

from deap import base, tools

from evosweep.plugins.parameters import integer
from evosweep.problems.classes import individual_class
from evosweep.problems.traits import Traits

SMALLEST = {2: 1, 3: 3, 4: 5, 5: 9, 6: 12, 7: 16, 8: 19, 9: 25, 10: 29, 11: 35, 12: 39}


def sorting_network(wires: int = 6, comparators: int = 20) -> base.Toolbox:
    """Sorting networks; unsorted inputs and comparators are minimised.

    The first objective counts the unsorted inputs among the 2^wires inputs of zeros and ones: a
    network that sorts these sorts every input (Knuth's 0-1 principle). The second objective is the
    number of comparators. A gene is a pair of wires, or 0: no comparator.

    Parameters
    ----------
    wires
        Wires, 2 to 12.
    comparators
        Genes: most comparators that a network has.
    """
    integer("wires", wires, 2, 12)
    integer("comparators", comparators)
    pairs = list(combinations(range(wires), 2))
    columns, inputs = _all_inputs(wires), 1 << wires

    def evaluate(genome: list[int]) -> tuple[float, float]:
        outputs = columns.copy()
        for gene in genome:
            if gene:
                upper, lower = pairs[gene - 1]
                one, two = outputs[upper], outputs[lower]
                outputs[upper], outputs[lower] = one & two, one | two
        return (float(unsorted_inputs(outputs, inputs)), float(len(genome) - genome.count(0)))

    weights = (-1.0, -1.0)
    toolbox = base.Toolbox()
    toolbox.register("gene", random.randint, 0, len(pairs))
    kind = individual_class("SortingNetwork", list, weights)
    toolbox.register("individual", tools.initRepeat, kind, toolbox.gene, comparators)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", evaluate)
    toolbox.register("mate", tools.cxTwoPoint)
    toolbox.register("mutate", tools.mutUniformInt, low=0, up=len(pairs), indpb=1.5 / comparators)
    toolbox.register("select", tools.selNSGA2)
    toolbox.traits = Traits(
        genome="integers",
        reference_point=(float(inputs), float(comparators + 1)),
        front=lambda: [(0.0, float(SMALLEST[wires]))],
    )
    return toolbox


def _all_inputs(wires: int) -> list[int]:
    """Bit i of a wire's number is its value in the i-th input: all inputs are sorted at once."""
    return [
        sum(1 << case for case in range(1 << wires) if case >> wire & 1) for wire in range(wires)
    ]


def unsorted_inputs(outputs: list[int], inputs: int) -> int:
    """Return the number of inputs for which a one comes out above a zero."""
    wrong = 0
    for upper, lower in pairwise(outputs):
        wrong |= upper & ~lower
    return (wrong & ((1 << inputs) - 1)).bit_count()
