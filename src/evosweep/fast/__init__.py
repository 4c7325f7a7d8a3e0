"""DEAP's operators at a fraction of their time, with DEAP's results to the last bit.

    from evosweep.fast import accelerate
    accelerate(toolbox)

Each part gives what DEAP's own gives, order and random draws included, and hands over to DEAP's
where it cannot.
"""

from evosweep.fast.accelerate import accelerate
from evosweep.fast.clone import clone
from evosweep.fast.hall_of_fame import HallOfFame, ParetoFront
from evosweep.fast.statistics import Statistics

__all__ = ["HallOfFame", "ParetoFront", "Statistics", "accelerate", "clone"]
