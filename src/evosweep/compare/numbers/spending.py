"""Boundaries of group-sequential tests: at which level each look at the data may decide.

Lan and DeMets: Discrete Sequential Boundaries for Clinical Trials, Biometrika 70, 1983. The looks
are fixed in advance. A spending function says how much of the level is used up by each of them, and
the boundaries follow by numerical integration (Armitage, McPherson and Rowe, J. Royal Statistical
Society A 132, 1969). Tests are two-sided; the statistic at a look with the share t of all data is
Brownian motion at time t, as that of a rank test is for large samples.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

Floats = NDArray[np.float64]
_FAR = 38.0  # standard deviations; beyond, the normal distribution has no mass that a float holds
_WIDE = 9.0  # standard deviations that integrals cover
_LEVELS = np.concatenate([np.geomspace(1e-10, 0.4, 72), np.linspace(0.45, 0.999, 16)])


def spent(fraction: float, level: float, spending: str) -> float:
    """Return how much of a two-sided `level` is used up at the share `fraction` of the data."""
    if spending == "pocock":
        return level * math.log(1 + (math.e - 1) * fraction)
    return float(4 * ndtr(ndtri(level / 4) / math.sqrt(fraction)))


@dataclass(frozen=True)
class _Continuing:
    """Where the statistic is, and with which mass, while no look has decided."""

    nodes: Floats
    masses: Floats

    def beyond(self, bound: float, step: float, drift: float = 0.0) -> float:
        """Return the mass outside of -bound to bound after an increment with deviation `step`.

        `drift` is the mean of the increment.
        """
        middle = self.nodes + drift
        tails = ndtr((middle - bound) / step) + ndtr((-middle - bound) / step)
        return float(self.masses @ tails)

    def within(self, bound: float, step: float, *, next_step: float, drift: float) -> "_Continuing":
        """Return what is left between -bound and bound after that increment."""
        count = int(np.clip(math.ceil(10 * bound / min(step, next_step)), 48, 1200))
        roots, weights = _gauss_legendre(count)
        nodes = roots * bound
        gaps = (nodes[:, None] - self.nodes[None, :] - drift) / step
        densities = np.exp(-(gaps**2) / 2) @ self.masses / (step * math.sqrt(2 * math.pi))
        return _Continuing(nodes, weights * bound * densities)


_START = _Continuing(np.zeros(1), np.ones(1))


@lru_cache(maxsize=256)
def _gauss_legendre(count: int) -> tuple[Floats, Floats]:
    roots, weights = np.polynomial.legendre.leggauss(count)
    return roots, weights


@lru_cache(maxsize=1024)
def boundary(fractions: tuple[float, ...], level: float, spending: str) -> tuple[float, ...]:
    """Return the two-sided level at which the test of each look decides.

    Parameters
    ----------
    fractions
        The share of all data at each look, ascending; the last one is 1.
    level
        The probability that any look decides if nothing differs.
    spending
        `pocock` or `obrien_fleming`: the function of Lan and DeMets that is like that boundary.
    """
    state, before, levels = _START, 0.0, []
    for place, (fraction, step) in enumerate(_steps(fractions)):
        used = spent(fraction, level, spending)
        far = _FAR * math.sqrt(fraction)
        bound = _bound(state, step, used - before, far)
        levels.append(float(2 * ndtr(-bound / math.sqrt(fraction))))
        wide = min(bound, _WIDE * math.sqrt(fraction))
        state = state.within(wide, step, next_step=_step_after(fractions, place), drift=0.0)
        before = used
    return tuple(levels)


def _bound(state: _Continuing, step: float, target: float, far: float) -> float:
    """Return the bound outside of which the mass is `target`."""
    if target <= state.beyond(far, step):
        return far
    if target >= state.beyond(0.0, step):
        return 0.0
    return float(brentq(lambda bound: state.beyond(bound, step) - target, 0.0, far, xtol=1e-12))


def _steps(fractions: Sequence[float]) -> list[tuple[float, float]]:
    """Return each look's share of the data, and the deviation of the increment up to it."""
    gaps = np.diff(fractions, prepend=0.0)
    return [(t, math.sqrt(gap)) for t, gap in zip(fractions, gaps, strict=True)]


def _step_after(fractions: Sequence[float], place: int) -> float:
    after = min(place + 1, len(fractions) - 1)
    return _steps(fractions)[after][1]


def deciding(fractions: tuple[float, ...], levels: Sequence[float], drift: float) -> list[float]:
    """Return the probability that each look is the one that decides.

    Parameters
    ----------
    levels
        The level of each look, as `boundary` gives them.
    drift
        The mean of the statistic when all data are there; 0 if nothing differs.
    """
    state, shares, before = _START, [], 0.0
    for place, (fraction, step) in enumerate(_steps(fractions)):
        moved, before = drift * (fraction - before), fraction
        bound = -float(ndtri(levels[place] / 2)) * math.sqrt(fraction)
        shares.append(state.beyond(bound, step, moved))
        wide = min(bound, _WIDE * math.sqrt(fraction) + abs(drift) * fraction)
        after = _step_after(fractions, place)
        state = state.within(wide, step, next_step=after, drift=moved)
    return shares


def repeated(fractions: tuple[float, ...], look: int, spending: str, p_values: Floats) -> Floats:
    """Return repeated p-values: the smallest overall level whose boundary this look reaches.

    Whatever makes somebody stop, a repeated p-value is below a level with at most that probability
    if nothing differs (Jennison and Turnbull: Group Sequential Methods, 2000, chapter 9). Below
    1e-10 they are not told apart.

    Parameters
    ----------
    look
        Counted from 1.
    p_values
        Of the tests of all data at this look, two-sided.
    """
    curve, low, high = _curve(fractions, look, spending)
    p = np.asarray(p_values, dtype=np.float64)
    inside = np.exp(curve(np.log(np.clip(p, low, high))))
    return np.where(p > high, 1.0, np.maximum(inside, p))


@lru_cache(maxsize=256)
def _curve(
    fractions: tuple[float, ...], look: int, spending: str
) -> tuple[PchipInterpolator, float, float]:
    """Return log overall level as a function of a look's log level, with that level's bounds."""
    levels = _table(fractions, spending)[:, look - 1]
    usable = levels > 1e-300
    curve = PchipInterpolator(np.log(levels[usable]), np.log(_LEVELS[usable]))
    return curve, float(levels[usable][0]), float(levels[usable][-1])


@lru_cache(maxsize=64)
def _table(fractions: tuple[float, ...], spending: str) -> Floats:
    """Return the level of each look, a row for each overall level; columns ascend."""
    rows = np.array([boundary(fractions, float(level), spending) for level in _LEVELS])
    rising: Floats = np.maximum.accumulate(rows)
    return rising * (1 + 1e-13 * np.arange(len(rows))[:, None])  # never twice the same
