"""The parts of a toolbox replaced by faster ones that give the same population."""

import operator
import random
from collections.abc import Callable
from copy import deepcopy
from functools import partial
from typing import Any

from deap import base, cma, gp, tools

from evosweep.fast import (
    crossover,
    functions,
    init,
    mutation,
    nsga2,
    nsga3,
    permutations,
    selection,
    sorting,
    spea2,
    trees,
)
from evosweep.fast import strategy as fast_strategy
from evosweep.fast.batches import by_rows, map_together
from evosweep.fast.clone import clone
from evosweep.fast.draws import faithful

Operator = Callable[..., Any]

# Those below draw indices in bulk, as this Python's `random` does or not at all.
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


def accelerate(toolbox: base.Toolbox) -> base.Toolbox:
    """`toolbox` itself, its DEAP operators replaced by faster ones with the same results.

    What is recognised: DEAP's own functions as `toolbox.register` registers them (deepcopy as
    `clone`, selections, crossovers, mutations, `gp.compile`, trees under `gp.staticLimit`, CMA-ES's
    `generate` and `update`). Anything else stays: a function of your own, a decorated one.
    """
    twins: dict[int, Any] = {}  # by the id of a part, which others may have as an argument
    for alias, registered in list(vars(toolbox).items()):
        if isinstance(registered, partial):
            args = [twins.get(id(argument), argument) for argument in registered.args]
            faster = _faster(registered.func)
            if faster is not None or any(map(operator.is_not, args, registered.args)):
                toolbox.register(alias, faster or registered.func, *args, **registered.keywords)
                twins[id(registered)] = getattr(toolbox, alias)
    _evaluate_together(toolbox)
    return toolbox


def _evaluate_together(toolbox: Any) -> None:
    """Tell the toolbox's `evaluate` how to evaluate many at once, where that is known."""
    evaluate = getattr(toolbox, "evaluate", None)
    if isinstance(evaluate, partial):
        exact = getattr(getattr(toolbox, "traits", None), "batch_tolerance", 0) == 0
        batch = getattr(toolbox, "evaluate_batch", None) if exact else None
        known = functions.together(evaluate.func, *evaluate.args, **evaluate.keywords)
        evaluate.together = by_rows(batch) if batch else known  # type: ignore[attr-defined]


def _faster(function: Any) -> Operator | None:
    """The faster twin of a DEAP function, where there is one."""
    if isinstance(function, tools.selNSGA3WithMemory):
        return nsga3.SelNSGA3WithMemory.taking_over(function)
    owner = getattr(function, "__self__", None)
    if type(owner) is cma.Strategy:
        return fast_strategy.method(owner, function.__name__)
    try:
        twin = _EXACT.get(function) or (_DRAWING.get(function) if faithful() else None)
    except TypeError:  # an object that does not hash is no function of DEAP's
        return None
    return twin or trees.faster_limit(function)
