"""What a run costs beside its evolution, and a grid of 100 small runs against a plain script.

The plain script is what one writes by hand: a process pool over the runs, stock DEAP in each, and
MLflow called in each. evosweep: four jobs of 25 runs on two processes at a time, then one
`evosweep track`. Both end with 100 runs in MLflow.
"""

import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import spinning
from deap import algorithms, tools

RUNS, A_JOB, POPULATION, GENERATIONS = 100, 25, 50, 20
PARAMS = {"population": POPULATION, "generations": GENERATIONS, "crossover": 0.5, "mutation": 0.2}
SPEC = {
    "problem": {"use": "spinning:build", "params": {}},
    "algorithm": {"use": "ea_simple", "params": PARAMS},
    "backend": {"use": "serial", "workers": 1},
    "seed": 1,
    "import_path": str(Path(__file__).parent),
}


def evolve(seed: int) -> tuple[Any, Any]:
    """One run as a plain DEAP program."""
    random.seed(seed)
    toolbox = spinning.build()
    stats = tools.Statistics(lambda individual: individual.fitness.values[0])
    stats.register("best", max)
    stats.register("mean", statistics.fmean)
    population, logbook = algorithms.eaSimple(
        toolbox.population(n=POPULATION), toolbox, 0.5, 0.2, GENERATIONS, stats, verbose=False
    )
    return population, logbook


def evolve_and_log(seed: int, uri: str) -> None:
    """One run of the plain script."""
    import mlflow

    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment("by hand")
    with mlflow.start_run(run_name=f"onemax {seed}"):
        mlflow.log_params({**PARAMS, "seed": seed})
        population, logbook = evolve(seed)
        for row in logbook:
            mlflow.log_metrics({"best": row["best"], "mean": row["mean"]}, step=row["gen"])
        mlflow.log_dict({"population": [list(ind) for ind in population]}, "population.json")


def by_hand(folder: Path) -> float:
    """Seconds of the plain script."""
    uri = f"sqlite:///{folder.resolve()}/mlflow.db"
    os.chdir(folder)  # MLflow keeps artifacts in ./mlruns
    started = time.perf_counter()
    evolve_and_log(1, uri)  # the first one alone: sixteen would race to make the database
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(evolve_and_log, range(2, RUNS + 1), [uri] * (RUNS - 1)))
    return time.perf_counter() - started


def command(seeds: str, out: Path) -> list[str]:
    """`evosweep run` of a job."""
    evosweep = [sys.executable, "-m", "evosweep", "run", "--spec", json.dumps(SPEC)]
    return [*evosweep, "--seeds", seeds, "--out", str(out)]


def by_evosweep(results: Path) -> tuple[float, float]:
    """Seconds of the runs, and of tracking them."""
    out = results / "small" / "runs"
    started = time.perf_counter()
    waiting = [f"{first}-{first + A_JOB - 1}" for first in range(1, RUNS, A_JOB)]
    active: list[subprocess.Popen[bytes]] = []
    while waiting or active:
        while waiting and len(active) < 2:
            active.append(subprocess.Popen(command(waiting.pop(0), out), stdout=subprocess.DEVNULL))
        active.pop(0).wait()
    runs = time.perf_counter() - started
    subprocess.run(
        [sys.executable, "-m", "evosweep", "track", str(results)],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return runs, time.perf_counter() - started - runs


def processor_seconds(words: list[str]) -> float:
    """User and system time of a command and all that it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    """Prints the cost of a run, in and out of a job, and the grid both ways."""
    os.environ["PYTHONPATH"] = os.pathsep.join(
        [str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    )
    with tempfile.TemporaryDirectory() as folder:
        single = [processor_seconds(command("1", Path(folder, f"s{i}"))) for i in range(5)]
        evolutions = []
        for seed in range(1, 11):
            started = time.perf_counter()
            evolve(seed)
            evolutions.append(time.perf_counter() - started)
        one = [_wall(command("1", Path(folder, f"a{i}"))) for i in range(5)]
        many = [_wall(command(f"1-{A_JOB}", Path(folder, f"b{i}"))) for i in range(5)]
        each = (statistics.median(many) - statistics.median(one)) / (A_JOB - 1)
        stock = statistics.median(evolutions)
        print(f"one small run as a process: {statistics.median(single):.2f} s of CPU")
        print(
            f"in a job of {A_JOB}: {each * 1000:.0f} ms a further run; its evolution takes "
            f"{stock * 1000:.0f} ms as a plain DEAP program"
        )
        hand = by_hand(Path(folder))
        runs, tracking = by_evosweep(Path(folder, "results"))
    print(f"\n| {RUNS} small runs, tracked in MLflow | seconds |\n|---|---:|")
    print(f"| plain script, MLflow in each run | {hand:.1f} |")
    print(f"| evosweep: runs | {runs:.1f} |\n| evosweep: track | {tracking:.1f} |")
    print(f"| ratio | {hand / (runs + tracking):.2f} |")


def _wall(words: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
