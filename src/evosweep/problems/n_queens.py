"""N queens: none may attack another.

Hoffman, Loessi and Moore: Constructions for the solution of the m queens problem, Mathematics
Magazine 42(2), 1969.
"""

from collections import Counter

from deap import base

from evosweep.plugins.parameters import integer
from evosweep.problems.toolboxes import permutations_toolbox
from evosweep.problems.traits import Traits


def n_queens(queens: int = 20, shuffle: float | None = None, tournament: int = 3) -> base.Toolbox:
    """Permutations: the row of the queen in each column; surplus queens on diagonals are minimised.

    Parameters
    ----------
    queens
        Queens, 4 or more.
    shuffle
        Probability that a mutation swaps the rows of two queens, for each queen; by default 2 /
        queens.
    tournament
        Individuals in a selection tournament.
    """
    integer("queens", queens, 4)
    swap = min(1.0, 2.0 / queens) if shuffle is None else shuffle
    toolbox = permutations_toolbox(
        "NQueens", crowded_diagonals, size=queens, shuffle=swap, tournament=tournament
    )
    toolbox.traits = Traits(genome="permutation", optimum=0.0, target=0.0)
    return toolbox


def crowded_diagonals(rows: list[int]) -> tuple[float]:
    """Surplus queens, beyond the first on each diagonal: 0 for a solution."""
    rising = Counter(row - column for column, row in enumerate(rows))
    falling = Counter(row + column for column, row in enumerate(rows))
    return (float(2 * len(rows) - len(rising) - len(falling)),)
