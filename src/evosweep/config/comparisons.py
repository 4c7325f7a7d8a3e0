"""Which combinations of a grid are compared with each other, and whether stages can do it."""

from collections.abc import Iterable, Iterator

from evosweep.config.experiment import Experiment
from evosweep.config.grid import Combination, combinations
from evosweep.config.options import compact
from evosweep.config.spec import ProblemSpec
from evosweep.config.stages import Stages
from evosweep.errors import printable


def by_comparison(combined: Iterable[Combination]) -> list[list[Combination]]:
    """Return combinations in groups whose runs are compared with each other."""
    groups: dict[str, list[Combination]] = {}
    for each in combined:
        groups.setdefault(_compared(each.problem), []).append(each)
    return list(groups.values())


def _compared(problem: ProblemSpec) -> str:
    """Return what the runs of one comparison share: the problem without what `compare` names."""
    facts = problem.model_dump(exclude=set(problem.nameless), exclude_defaults=True)
    kept = {name: value for name, value in problem.params.items() if name not in problem.compare}
    return compact({**facts, "params": kept})


def algorithms_of(group: Iterable[Combination]) -> dict[tuple[str, str], set[int]]:
    """Return the algorithms of one comparison, each with its seeds on all backends."""
    seeds: dict[tuple[str, str], set[int]] = {}
    for each in group:
        key = each.problem.canonical, each.algorithm.canonical
        seeds.setdefault(key, set()).update(each.seeds)
    return seeds


def mistakes(experiment: Experiment) -> Iterator[str]:
    """Yield a line for each problem that seeds in stages cannot compare."""
    if not isinstance(experiment.seeds, Stages):
        return
    for group in by_comparison(combinations(experiment)):
        label = printable(group[0].labels[0])
        seeds = algorithms_of(group)
        if len(seeds) < 2:
            yield f"seeds.until: {label} has one algorithm, and nothing to decide; give a count"
        fewest = min(map(len, seeds.values()))
        if fewest < len(experiment.seeds):
            yield (
                f"seeds.until: only and exclude leave {fewest} of {len(experiment.seeds)} seeds of "
                f"an algorithm on {label}; in stages, each needs all of them on some backend"
            )
