"""The exact distribution of the (1 + 1) EA's running time, by its Markov chain.

The EA flips each of n bits with probability 1/n and keeps the child unless it is worse. The number
of evaluations until the optimum, the first one included, is

- on OneMax the absorption time of a chain on the number of ones (Hwang, Panholzer, Rolin, Tsai and
  Chen: Probabilistic analysis of the (1+1)-evolutionary algorithm, Evolutionary Computation 26(2),
  2018);
- on LeadingOnes a sum of geometric times, as the bits behind the first zero stay uniform
  (Böttcher, Doerr and Neumann: Optimal fixed and adaptive mutation rates for the LeadingOnes
  problem, PPSN 2010).
"""

import numpy as np
from scipy.stats import binom


def onemax_chain(bits: int) -> tuple[np.ndarray, np.ndarray]:
    """(start, transitions) over the number of ones, 0 to `bits`."""
    ones = np.arange(bits + 1)
    transitions = np.zeros((bits + 1, bits + 1))
    for here in ones:
        gained = binom.pmf(np.arange(bits - here + 1), bits - here, 1 / bits)
        lost = binom.pmf(np.arange(here + 1), here, 1 / bits)
        for up, rate in enumerate(gained):
            for down in range(min(up, here) + 1):
                transitions[here, here + up - down] += rate * lost[down]
        transitions[here, here] += 1 - transitions[here].sum()  # worse children are dropped
    return binom.pmf(ones, bits, 0.5), transitions


def leading_ones_chain(bits: int) -> tuple[np.ndarray, np.ndarray]:
    """(start, transitions) over the number of leading ones, 0 to `bits`."""
    transitions = np.zeros((bits + 1, bits + 1))
    for here in range(bits):
        better = (1 - 1 / bits) ** here / bits
        transitions[here, here] = 1 - better
        transitions[here, here + 1 :] = better * _free_riders(bits - here - 1)
    transitions[bits, bits] = 1
    return _free_riders(bits), transitions


def _free_riders(behind: int) -> np.ndarray:
    """How many of `behind` uniform bits are ones before the first zero: 0 to `behind`."""
    rates = 0.5 ** np.arange(1.0, behind + 2)
    rates[-1] *= 2
    return rates


def mean(start: np.ndarray, transitions: np.ndarray) -> float:
    """The expected number of evaluations, the first included."""
    inner = transitions[:-1, :-1]
    steps = np.linalg.solve(np.eye(len(inner)) - inner, np.ones(len(inner)))
    return 1 + float(start[:-1] @ steps)


def distribution(start: np.ndarray, transitions: np.ndarray, most: int) -> np.ndarray:
    """P(evaluations <= t) for t from 0 to `most`."""
    reached = np.zeros(most + 1)
    state = start.copy()
    for t in range(1, most + 1):
        reached[t] = state[-1]
        state = state @ transitions
    return reached
