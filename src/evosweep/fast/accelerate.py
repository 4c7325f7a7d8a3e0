"""Replace the parts of a toolbox by faster ones that give the same population."""

import random
from copy import deepcopy
from functools import partial, update_wrapper
from operator import methodcaller
from types import FunctionType, MethodType
from typing import TypeVar

from deap import base, gp, tools

from evosweep.fast import (
    crossover,
    init,
    mutation,
    nsga2,
    nsga3,
    permutations,
    selection,
    sorting,
    spea2,
    strategy,
    trees,
)
from evosweep.fast.batches import by_rows, map_together
from evosweep.fast.clone import clone
from evosweep.fast.draws import faithful
from evosweep.fast.shapes import Operator

# The twins below draw indices in bulk; they are only used if this Python's `random` draws alike.
_DRAWING: dict[Operator, Operator] = {
    random.sample: init.sample,
    tools.initRepeat: init.init_repeat,
    tools.cxOnePoint: crossover.cx_one_point,
    tools.cxPartialyMatched: permutations.cx_partialy_matched,
    tools.cxTwoPoint: crossover.cx_two_point,
    tools.mutShuffleIndexes: mutation.mut_shuffle_indexes,
    tools.selDoubleTournament: selection.sel_double_tournament,
    tools.selRandom: selection.sel_random,
    tools.selTournament: selection.sel_tournament,
}

_EXACT: dict[Operator, Operator] = {
    deepcopy: clone,
    gp.compile: trees.compile_tree,
    map: map_together,
    tools.cxBlend: crossover.cx_blend,
    tools.cxSimulatedBinaryBounded: crossover.cx_simulated_binary_bounded,
    tools.cxUniform: crossover.cx_uniform,
    tools.cxUniformPartialyMatched: permutations.cx_uniform_partialy_matched,
    tools.emo.assignCrowdingDist: nsga2.assign_crowding_distance,
    tools.mutFlipBit: mutation.mut_flip_bit,
    tools.mutGaussian: mutation.mut_gaussian,
    tools.mutPolynomialBounded: mutation.mut_polynomial_bounded,
    tools.selBest: selection.sel_best,
    tools.selNSGA2: nsga2.sel_nsga2,
    tools.selNSGA3: nsga3.sel_nsga3,
    tools.selRoulette: selection.sel_roulette,
    tools.selSPEA2: spea2.sel_spea2,
    tools.selStochasticUniversalSampling: selection.sel_stochastic_universal_sampling,
    tools.selTournamentDCD: nsga2.sel_tournament_dcd,
    tools.selWorst: selection.sel_worst,
    tools.sortLogNondominated: sorting.sort_log_nondominated,
    tools.sortNondominated: sorting.sort_nondominated,
}


# Twins have the names of DEAP's functions, since a program may print them.
for _stock, _twin in (*_DRAWING.items(), *_EXACT.items()):
    update_wrapper(_twin, _stock, assigned=("__name__", "__doc__"), updated=())

Box = TypeVar("Box", bound=base.Toolbox)


def accelerate(toolbox: Box) -> Box:
    """Replace the DEAP operators of `toolbox` by faster ones with the same results.

    DEAP's own functions are recognised as `toolbox.register` registers them: deepcopy as `clone`,
    selections, crossovers, mutations, `gp.compile`, trees under `gp.staticLimit`, CMA-ES's
    `generate` and `update`. Everything else stays, such as your own functions and decorated ones.

    The registered partials stay the same objects with the same dictionary of keywords, so that a
    program may keep or change them.

    Parameters
    ----------
    toolbox
        A `deap.base.Toolbox`; it is changed in place.

    Returns
    -------
    Toolbox
        The same object.
    """
    for registered in list(vars(toolbox).values()):
        if type(registered) is partial:
            faster = _faster(registered.func)
            if faster is not None:
                state = faster, registered.args, registered.keywords, vars(registered)
                methodcaller("__setstate__", state)(registered)
    _evaluate_together(toolbox)
    return toolbox


def _evaluate_together(toolbox: object) -> None:
    """Tell the toolbox's `evaluate` how to evaluate many at once, if the problem knows."""
    evaluate, batch = (getattr(toolbox, name, None) for name in ("evaluate", "evaluate_batch"))
    exact = getattr(getattr(toolbox, "traits", None), "batch_tolerance", 0) == 0
    if isinstance(evaluate, partial) and callable(batch) and exact:
        vars(evaluate)["together"] = by_rows(batch)


def _faster(function: Operator) -> Operator | None:
    """Return the faster twin of a DEAP function, if there is one."""
    if type(function) is tools.selNSGA3WithMemory:
        function.__class__ = nsga3.SelNSGA3WithMemory  # a program may hold the object
        return None
    if isinstance(function, MethodType) and function != random.sample:
        return strategy.method(function)
    if function is not map and not isinstance(function, FunctionType | MethodType):
        return None
    twin = _EXACT.get(function) or (_DRAWING.get(function) if faithful() else None)
    return twin or trees.faster_limit(function)
