"""Generate the runs of an experiment one by one, so that 100,000 runs need no memory.

A combination is a problem and an algorithm, each with one choice of its swept parameters, on a
backend. A run is a combination and a seed.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from evosweep.config import only_exclude
from evosweep.config.design import Swept
from evosweep.config.experiment import Experiment, Problem
from evosweep.config.only_exclude import selected_seeds
from evosweep.config.spec import AlgorithmSpec, BackendSpec, ProblemSpec, RunSpec
from evosweep.config.yaml_subset import scalar
from evosweep.errors import printable, shortened

MAX_COMBINATIONS = 1_000_000
"""Most combinations of problem, algorithm and backend with their parameters, without seeds."""


@dataclass(frozen=True)
class Combination:
    """A problem, an algorithm and a backend with all their parameters, and the seeds to run."""

    problem: ProblemSpec
    algorithm: AlgorithmSpec
    backend: BackendSpec
    labels: tuple[str, str]  # for people, of problem and algorithm: only swept parameters
    seeds: Sequence[int]

    @property
    def label(self) -> str:
        """A readable label of problem, algorithm and backend."""
        return " ".join([*self.labels, self.backend.name])

    def run(self, seed: int, import_path: str) -> RunSpec:
        """Return the run of this combination with one seed."""
        return RunSpec.model_construct(
            problem=self.problem,
            algorithm=self.algorithm,
            backend=self.backend,
            seed=seed,
            import_path=import_path,
        )


def combinations(experiment: Experiment) -> Iterator[Combination]:
    """Yield all combinations that `only` and `exclude` select, in the config's order."""
    problems = [v for name, part in experiment.problems.items() for v in _variants(name, part)]
    algorithms = [v for name, part in experiment.algorithms.items() for v in _variants(name, part)]
    backends = [
        BackendSpec(name=name, **backend.model_dump())
        for name, backend in experiment.backends.items()
    ]
    for (problem, first), (algorithm, second), backend in product(problems, algorithms, backends):
        if seeds := selected_seeds(experiment, problem, algorithm, backend):
            asked = {key: value for key, value in first.items() if key not in problem.compare}
            compared = {
                f"problem.{key}" if key in algorithm.params else key: value
                for key, value in first.items()
                if key in problem.compare
            }
            labels = _label(problem.name, asked), _label(algorithm.name, second | compared)
            yield Combination(problem, algorithm, backend, labels, seeds=seeds)


def problem_variants(experiment: Experiment) -> Iterator[ProblemSpec]:
    """Return the spec of each problem with each choice of its swept parameters."""
    return (spec for name, part in experiment.problems.items() for spec, _ in _variants(name, part))


def algorithm_variants(experiment: Experiment) -> Iterator[AlgorithmSpec]:
    """Return the spec of each algorithm with each choice of its swept parameters."""
    parts = experiment.algorithms.items()
    return (spec for name, part in parts for spec, _ in _variants(name, part))


def expand(experiment: Experiment) -> Iterator[RunSpec]:
    """Yield every run of the grid."""
    for combination in combinations(experiment):
        for seed in combination.seeds:
            yield combination.run(seed, experiment.import_path)


def mistakes(experiment: Experiment) -> Iterator[str]:
    """Yield a line for each mistake in the whole grid: it is empty, or contains a run twice."""
    if (size := _size(experiment)) > MAX_COMBINATIONS:
        yield f"the grid has {size:,} combinations; at most {MAX_COMBINATIONS:,} are looked at"
        return
    unknown = list(only_exclude.mistakes(experiment))
    yield from unknown
    seen: dict[str, str] = {}
    for combination in combinations(experiment):
        run_id = combination.run(0, experiment.import_path).run_id
        if run_id in seen:
            yield f"'{seen[run_id]}' and '{combination.label}' are the same run; remove one"
        seen.setdefault(run_id, combination.label)
    if not seen and not unknown:
        yield "the grid is empty: only and exclude leave no combination"


def _size(experiment: Experiment) -> int:
    """Return the number of combinations before `only` and `exclude` remove any."""
    parts = (experiment.problems.values(), experiment.algorithms.values())
    counts = (sum(part.size for part in each) for each in parts)
    return math.prod(counts) * len(experiment.backends)


def _variants(name: str, part: Swept) -> Iterator[tuple[Any, dict[str, object]]]:
    """Yield the spec of `part` for each choice of its swept parameters, with that choice."""
    model = ProblemSpec if isinstance(part, Problem) else AlgorithmSpec
    fixed = {key: getattr(part, key) for key in model.model_fields if key != "name"}
    swept = part.swept
    for params in part.variants():
        chosen = {key: params[key] for key in swept if key in params}
        yield model.model_construct(**fixed | {"name": name, "params": params}), chosen


def _label(name: str, chosen: Mapping[str, object]) -> str:
    text = ",".join(f"{printable(shortened(key))}={_short(value)}" for key, value in chosen.items())
    return f"{name}({text})" if text else name


def _short(value: object) -> str:
    """Return a value for a label: text without quotes, unless YAML would read it as another
    type."""
    if isinstance(value, str) and value.isprintable() and scalar(value) == value:
        return shortened(value)
    return shortened(json.dumps(value))


def ranges(seeds: Sequence[int]) -> Iterator[str]:
    """Yield seeds in order, in the form for `evosweep run --seeds`: `1-5`, `8`."""
    start = 0
    for end in range(1, len(seeds) + 1):
        if end == len(seeds) or seeds[end] != seeds[end - 1] + 1:
            first, last = seeds[start], seeds[end - 1]
            yield str(first) if first == last else f"{first}-{last}"
            start = end
