"""Advise on more runs: the number of seeds that a test needs, and their cost."""

from collections.abc import Sequence

import numpy as np

from evosweep.compare.numbers.efficiency_tables import duration
from evosweep.compare.numbers.significance import EQUAL, family_size, fewest_seeds
from evosweep.compare.numbers.standing import Standing
from evosweep.compare.numbers.words import plural
from evosweep.compare.page.material import Material
from evosweep.compare.read.study import Key


def seeds_advice(material: Material) -> list[str]:
    """Return one sentence on missing seeds for all problems; nothing if tests were possible."""
    study, alpha = material.study, material.options.alpha
    few = [standing for standing in material.standings.values() if _too_few(standing)]
    if not few or study.stages is not None:  # stages bring the seeds that a test needs
        return []
    needed = max(fewest_seeds(family_size(standing.pairs), alpha) for standing in few)
    present = min(len(values) for standing in few for values in standing.values.values())
    more, seconds = _cost(material, needed)
    if present >= needed or not more:
        return []
    have = f"there {'is' if present == 1 else 'are'} {present}"
    return [
        f"Too few runs for a test on {len(few)} of {plural(len(study.problems), 'problem')}: "
        f"{plural(needed, 'seed')} per algorithm are needed, {have}. "
        f"`seeds: {{count: {needed}}}` means {plural(more, 'more run')}, about "
        f"{duration(seconds)} of work."
    ]


def _too_few(standing: Standing) -> bool:
    return any(pair.reason not in ("", EQUAL) for pair in standing.pairs)


def _cost(material: Material, needed: int) -> tuple[int, float]:
    """Return the number of missing runs, and the sum of their seconds."""
    study, more, total = material.study, 0, 0.0
    seconds: dict[Key, dict[str, list[float]]] = {key: {} for key in study.configurations}
    for run in study.runs:
        backends = seconds[study.problem(run), study.algorithm(run)]
        backends.setdefault(run.backend_id, []).append(run.seconds)
    for key, runs in study.configurations.items():
        missing = max(0, needed - len(runs))
        more += missing * len(seconds[key])
        total += missing * sum(map(typical, seconds[key].values()))
    return more, total


def typical(times: Sequence[float]) -> float:
    """The median of the times that are known; 0 where none is."""
    finite = [time for time in times if np.isfinite(time)]
    return float(np.median(finite)) if finite else 0.0
