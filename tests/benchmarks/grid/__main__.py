"""`make bench-grid`: a grid of small runs, tracked and compared, end to end.

    python tests/benchmarks/grid --runs 500 [--peers .grid-peers/bin/python | --no-peers]

A run is an evolution of OneMax that takes a plain DEAP program about 0.05 s; the grid has 100
configurations. Beside `evosweep sweep` stand joblib and a multirun of Hydra with its joblib
launcher, both with MLflow's client in each run, on two processes. They do 100 and 500 runs; the
slope between the two extrapolates the grid. Neither resumes, compares, or keeps every evaluation.
CPU seconds count all processes of a way. 1 where a population differs from that of plain DEAP.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from evolution import (
    BITS,
    CONFIGURATIONS,
    CROSSOVER,
    GENERATIONS,
    MUTATION,
    POPULATION,
    PROCESSES,
    Point,
    evolve,
    points,
)
from reported import details, keep
from watched import Cost, cost_of

from evosweep.genome import population_digest
from evosweep.machine import environment

HERE = Path(__file__).parent
FEW, MANY = 100, 500
PEERS = {
    "joblib and MLflow's client": "by_joblib.py",
    "Hydra's joblib launcher, the same": "by_hydra.py",
}
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "GIT_PYTHON_REFRESH": "quiet"}
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@dataclass(frozen=True)
class Way:
    """The whole grid done in one way."""

    name: str
    runs: int
    cpu: float
    seconds: float

    def row(self, bare: "Way") -> str:
        """Return its row of the table."""
        more = 100 * (self.cpu / bare.cpu - 1)
        overhead = "" if self is bare else f"{round(more):+d} %"
        each = f"{1000 * self.cpu / self.runs:.1f} | {1000 * self.seconds / self.runs:.1f}"
        return f"| {self.name} | {self.runs:,} | {each} | {self.seconds / 60:.1f} | {overhead} |"


def main() -> int:
    """Measure each way in turn, and print the tables as Markdown."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=10_000, help="whole hundreds (default: 10000)")
    parser.add_argument("--peers", default=".grid-peers/bin/python", help="Python with the peers")
    parser.add_argument("--no-peers", action="store_true", help="evosweep alone")
    parser.add_argument("--page", type=Path, help="a page that gets the tables, too")
    chosen = parser.parse_args()
    runs = max(1, chosen.runs // CONFIGURATIONS) * CONFIGURATIONS
    os.environ |= QUIET | dict.fromkeys(ONE_THREAD, "1")
    lines = []
    with tempfile.TemporaryDirectory(prefix="evosweep-grid-") as scratch:
        peers = {} if chosen.no_peers else PEERS
        python = Path(chosen.peers).absolute()
        commands = {name: [python, HERE / program] for name, program in peers.items()}
        for line in table(runs, Path(scratch), commands):
            print(line, flush=True)
            lines.append(line)
        code = differing(Path(scratch), points(runs))
    if chosen.page and code == 0:
        keep(chosen.page, "grid", lines)
    return code


def table(runs: int, folder: Path, peers: Mapping[str, Sequence[str | Path]]) -> Iterator[str]:
    """Yield the lines of both tables as they are measured."""
    here = environment.describe()
    packages = ("deap", "mlflow", "snakemake")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in packages)
    yield f"{here['cpu']}, {os.cpu_count()} cores, Python {here['python']}, {versions}."
    yield ""
    yield "| a grid from end to end | runs | CPU, ms a run | wall, ms a run | minutes | more CPU |"
    yield "|---|---:|---:|---:|---:|---:|"
    bare = evolutions_alone(runs, folder)
    yield bare.row(bare)
    first, again = by_evosweep(runs, folder)
    name = "evosweep: run, compared, in MLflow"
    yield Way(name, runs, first.cpu, first.seconds).row(bare)
    for name, command in peers.items():
        yield extrapolated(name, command, runs).row(bare)
    yield from ("", "| evosweep's call | |", "|---|---:|")
    yield from details(folder / "grid.json", folder / "results" / "grid", first, again)


def evolutions_alone(runs: int, folder: Path) -> Way:
    """Return the cost of the evolutions as plain DEAP programs, measured on at most 2,000."""
    cost_of([sys.executable, HERE / "evolution.py", str(min(runs, 2000))], folder, "bare.json")
    measured = json.loads((folder / "bare.json").read_text())
    times = runs / measured["runs"]
    return Way(
        "the evolutions in plain DEAP", runs, measured["cpu"] * times, measured["seconds"] * times
    )


def by_evosweep(runs: int, folder: Path) -> tuple[Cost, Cost]:
    """Return the costs of `evosweep sweep`, and of a second call that has nothing to do."""
    (folder / "grid.json").write_text(json.dumps(config(runs // CONFIGURATIONS)))
    evosweep = [Path(sys.executable).with_name("evosweep"), "sweep", "grid.json"]
    command = [*evosweep, "--cores", str(PROCESSES), "--quiet", "all"]
    first = cost_of(command, folder, "sweep.log")
    again = cost_of(command, folder, "again.log")
    return first, again


def config(seeds: int) -> dict[str, object]:
    """Return the experiment: 5 problems, 20 settings of an algorithm, and so many seeds."""
    params = {"population": POPULATION, "generations": GENERATIONS}
    swept = {"crossover": CROSSOVER, "mutation": MUTATION}
    return {
        "experiment": "grid",
        "problems": {"onemax": {"use": "onemax", "grid": {"bits": BITS}}},
        "algorithms": {"simple": {"use": "ea_simple", "params": params, "grid": swept}},
        "backends": {"serial": {"use": "serial"}},
        "seeds": {"first": 1, "count": seeds},
    }


def extrapolated(name: str, command: Sequence[str | Path], runs: int) -> Way:
    """Return what a peer would take for the grid, from two parts of it and the slope between."""
    costs = []
    for part in (FEW, MANY):
        with tempfile.TemporaryDirectory(prefix="evosweep-peer-") as folder:
            costs.append(cost_of([*command, str(part)], Path(folder), "log"))
    few, many = costs
    rest = (runs - MANY) / (MANY - FEW)
    return Way(
        name,
        runs,
        many.cpu + rest * (many.cpu - few.cpu),
        many.seconds + rest * (many.seconds - few.seconds),
    )


def differing(folder: Path, grid: list[Point]) -> int:
    """Return 1 and name the runs whose final population differs from plain DEAP's, or is missing.

    One run of each hundred is compared.
    """
    receipts = (
        json.loads(path.read_bytes()) for path in folder.glob("results/grid/runs/*/record.json")
    )
    ours = {_point(receipt["spec"]): receipt["population_digest"] for receipt in receipts}
    wrong = [each for each in grid[::97] if population_digest(evolve(each)[0]) != ours.get(each)]
    for each in wrong:
        print(f"another population than plain DEAP's: {each}", file=sys.stderr)
    return int(bool(wrong) or len(ours) != len(grid))


def _point(spec: dict[str, dict[str, dict[str, float]]]) -> Point:
    problem, algorithm = spec["problem"]["params"], spec["algorithm"]["params"]
    return Point(spec["seed"], problem["bits"], algorithm["crossover"], algorithm["mutation"])  # type: ignore[arg-type]


if __name__ == "__main__":
    sys.exit(main())
