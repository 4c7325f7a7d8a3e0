"""DEAP's operators at a fraction of their time, with DEAP's results to the last bit.

    from evosweep.fast import accelerate
    accelerate(toolbox)

Each part gives the same results as DEAP's own, in the same order and with the same random draws. In
cases that it does not support, it calls DEAP's.
"""

from evosweep.fast.accelerate import accelerate
from evosweep.fast.clone import clone
from evosweep.fast.hall_of_fame import HallOfFame, ParetoFront
from evosweep.fast.statistics import Statistics

__all__ = ["HallOfFame", "ParetoFront", "Statistics", "accelerate", "clone"]
