"""An experiment of 480 runs in which everything happens that a report must not get wrong.

Eight problems (minimised, maximised, with and without an optimum or a target, with two objectives),
eleven algorithms, seven seeds, three of them on a second backend. Among them are unequal budgets,
ties, an algorithm without logbooks, one that did not run everywhere, values that look alike,
backends that disagree, failures, and older code. `python grid.py FOLDER` writes it.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from folders import POOL, SERIAL, Made, write_run

SEEDS, REPEATED, FEW = range(1, 8), range(1, 4), range(1, 5)
GENERATIONS, SIZE = 12, 10
NEW, OLD = "b" * 64, "a" * 64


@dataclass(frozen=True)
class Problem:
    """What is made of a problem; `scale` is about the size of its results."""

    spec: Mapping[str, Any]
    weights: tuple[float, ...] = (-1.0,)
    scale: float = 1.0
    traits: Mapping[str, Any] | None = None
    constant: bool = False
    milliseconds: float = 1.0


SINGLE = [
    Problem(
        {"name": "bbob", "use": "bbob", "params": {"function": 1, "dimension": 5}},
        traits={"optimum": 79.48, "target": 79.48 + 1e-6},
        scale=1e-5,
        milliseconds=30.0,
    ),
    Problem(
        {"name": "bbob", "use": "bbob", "params": {"function": 3, "dimension": 5}},
        traits={"optimum": -462.09},
        scale=10.0,
        milliseconds=20.0,
    ),
    Problem(
        {"name": "bits", "use": "onemax", "params": {"bits": 100}},
        (1.0,),
        traits={"optimum": 100.0},
        scale=30.0,
        milliseconds=12.0,
    ),
    Problem({"name": "huge $cost$", "use": "mine:huge"}, scale=1e300, milliseconds=10.0),
    Problem({"name": "flat", "use": "mine:flat"}, scale=1e16, constant=True),
    Problem({"name": "plain a", "use": "mine:plain", "params": {"data": "x"}}, scale=5.0),
]
MULTI = [
    Problem({"name": "plain-a", "use": "mine:front"}, (-1.0, -1.0)),
    Problem({"name": "gain", "use": "mine:gain"}, (-1.0, 1.0)),
]


@dataclass(frozen=True)
class Algorithm:
    """What is made of an algorithm: how fast it is, and how many evaluations it has."""

    spec: Mapping[str, Any]
    rate: float
    size: int = SIZE
    with_logbook: bool = True
    twin: str = ""
    """Algorithms with the same twin have the same results to the bit."""


def _ga(population: int, rate: float, size: int = SIZE) -> Algorithm:
    params = {"population": population, "generations": GENERATIONS}
    return Algorithm({"name": "ga", "use": "ea_simple", "params": params}, rate, size)


def _es(decay: object, rate: float) -> Algorithm:
    return Algorithm({"name": "es", "use": "mine:es", "params": {"decay": decay}}, rate)


ALGORITHMS = [
    _ga(100, 0.20),
    _ga(300, 0.22, 3 * SIZE),
    _es(0.9999999, 0.25),
    _es(1.0, 0.25),
    Algorithm({"name": "own", "use": "mine:own"}, 0.1, with_logbook=False),
    Algorithm({"name": "again", "use": "mine:again"}, 0.20, twin="ga 100"),
]
PARTIAL = Algorithm({"name": "late", "use": "mine:late"}, 0.3)
FRONT_ALGORITHMS = [
    Algorithm({"name": "nsga2", "use": "nsga2", "params": {"population": n}}, 0.05 * place)
    for place, n in enumerate((12, 20, 40, 80), start=1)
]


def rows() -> Iterator[tuple[Problem, Algorithm, int, Mapping[str, Any]]]:
    """Problem, algorithm, seed and backend of the 480 runs, of 49 configurations."""
    for problem, algorithm in configurations():
        for seed in FEW if algorithm == PARTIAL else SEEDS:
            yield problem, algorithm, seed, SERIAL
        for seed in FEW if algorithm == PARTIAL else REPEATED:
            yield problem, algorithm, seed, POOL


def configurations() -> Iterator[tuple[Problem, Algorithm]]:
    """Every problem with its algorithms."""
    for problem in SINGLE:
        for algorithm in [*ALGORITHMS, *([PARTIAL] if problem in SINGLE[:5] else [])]:
            yield problem, algorithm
    for problem in MULTI:
        for algorithm in FRONT_ALGORITHMS:
            yield problem, algorithm


def fitness(problem: Problem, algorithm: Algorithm, seed: int) -> np.ndarray:
    """The history of a run, (generations + 1, individuals, objectives)."""
    key = algorithm.twin or json.dumps(algorithm.spec, sort_keys=True)
    key = "ga 100" if algorithm.spec == ALGORITHMS[0].spec else key
    rng = np.random.default_rng([seed, *json.dumps([problem.spec, key]).encode()])
    shape = (GENERATIONS + 1, algorithm.size, len(problem.weights))
    if problem.constant:
        return np.full(shape, problem.scale)
    if len(problem.weights) > 1:
        shift = np.exp(-algorithm.rate * np.arange(GENERATIONS + 1))[:, None, None]
        gaps = rng.uniform(size=shape) + shift
        return np.where(np.array(problem.weights) < 0, gaps, 10 - gaps)
    level = np.exp(-algorithm.rate * np.arange(GENERATIONS + 1) * rng.uniform(0.8, 1.2))
    gaps = problem.scale * level[:, None, None] * rng.uniform(0.2, 1, size=shape)
    optimum = (problem.traits or {}).get("optimum", 0.0)
    if problem.weights[0] > 0:
        return np.minimum(optimum, np.round(optimum - gaps))
    return optimum + gaps


def timings(backend: Mapping[str, Any], work: float, seed: int) -> dict[str, float]:
    """Seconds by phase: two workers take about half the time, more or less, plus a start."""
    workers = backend["workers"]
    noise = np.random.default_rng([seed, workers, int(work * 1000)]).uniform(0.9, 1.1)
    startup = 0.1 if workers == 1 else 0.6
    total = 0.2 + work / workers * noise + (0.0 if workers == 1 else 0.1)
    phases = {"startup": startup, "evaluation": work, "dispatch": 0.01, "variation": 0.2}
    return {**phases, "idle": 0.0, "total": total}


def make(problem: Problem, algorithm: Algorithm, seed: int, backend: Mapping[str, Any]) -> Made:
    """One run of the grid."""
    history = fitness(problem, algorithm, seed)
    disagrees = (problem, algorithm, seed, backend) == (SINGLE[1], ALGORITHMS[0], 3, POOL)
    work = history.shape[0] * history.shape[1] * problem.milliseconds / 1000
    return Made(
        problem.spec,
        algorithm.spec,
        backend,
        seed,
        history,
        problem.weights,
        traits=problem.traits or {},
        start=f"{problem.spec} {algorithm.size}",
        differs_from=4 if disagrees else None,
        sources={"problem": NEW, "algorithm": "c" * 64},
        timings=timings(backend, work, seed),
        milliseconds=problem.milliseconds,
        finished="2026-02-01T00:00:00Z",
    )


def write(results: Path) -> Path:
    """The 480 runs, 20 runs of older code, six failures, in results/study."""
    for problem, algorithm, seed, backend in rows():
        folder = write_run(results / "study", make(problem, algorithm, seed, backend))
        if not algorithm.with_logbook:
            (folder / "logbook.parquet").unlink()
    for problem, algorithm, seed, backend in rows():
        if problem == SINGLE[0] and algorithm in ALGORITHMS[2:4]:
            made = make(problem, algorithm, seed, backend)
            made.sources = {"problem": OLD, "algorithm": "c" * 64}
            made.finished = "2026-01-01T00:00:00Z"
            write_run(results / "study", made)
    for place in range(6):
        made = make(SINGLE[4], PARTIAL, 90 + place, SERIAL)
        folder = write_run(results / "study", made)
        if place < 3:
            (folder / "record.json").unlink()
        elif place < 5:
            (folder / "population.parquet").write_bytes(b"PAR1")
        else:
            (folder / "record.json").write_text("{")
    return results / "study"


if __name__ == "__main__":
    print(write(Path(sys.argv[1])))
