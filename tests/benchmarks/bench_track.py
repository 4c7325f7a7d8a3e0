"""Tracking at scale: `evosweep track`, the same again, and processes that use MLflow directly.

    python tests/benchmarks/bench_track.py [--runs 10000] [--direct 160] [--processes 16]

A run has 100 generations of 8 metrics, 10 parameters, 20 tags and 4 files. The direct way is the
best that MLflow's client offers: one batch for all metrics, parameters and tags of a run, into a
database whose tables are there. Exit code 1 where a run is missing.
"""

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "tracking"))
import run_folders

GENERATIONS, POPULATION, CONFIGURATIONS = 99, 100, 20
TRACK = "import sys; from evosweep.cli import main; sys.exit(main())"


@dataclass(frozen=True)
class Cost:
    """What a command took: seconds, seconds of CPU, and the memory of its largest process."""

    seconds: float
    cpu: float
    megabytes: float


def write_results(results: Path, count: int) -> list[Path]:
    """Folders of `count` finished runs, in 20 configurations."""
    runs = results / "bench" / "runs"
    specs = [run_folders.spec(seed, mutation=seed % CONFIGURATIONS / 100) for seed in range(count)]
    first = run_folders.write_run(runs, specs[0], generations=GENERATIONS, population=POPULATION)
    return [first, *(run_folders.copy_run(first, of) for of in specs[1:])]


def cost_of(commands: Sequence[Sequence[str]]) -> Cost:
    """The cost of commands that run at once; ends the program where one fails.

    A process of its own counts them, since the memory of children is the largest there ever was.
    """
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        began = time.perf_counter()
        running = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for command in commands]
        failed = sum(process.wait() != 0 for process in running)
        seconds, used = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        numbers = (seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
        os.write(writer, " ".join(map(str, numbers)).encode())
        os._exit(bool(failed))
    os.close(writer)
    with os.fdopen(reader) as answer:
        numbers = tuple(map(float, answer.read().split()))
    if os.waitpid(pid, 0)[1]:
        sys.exit("bench_track: a process failed, see above")
    return Cost(*numbers)


def tracked(results: Path) -> Cost:
    """One call of `evosweep track` on the results."""
    return cost_of([[sys.executable, "-c", TRACK, "track", str(results)]])


def logged_directly(database: Path, folders: Sequence[Path], processes: int) -> Cost:
    """Processes that share the runs, each with MLflow's client."""
    program = [sys.executable, str(Path(__file__).with_name("log_directly.py")), str(database)]
    shares = [folders[number::processes] for number in range(processes)]
    return cost_of([[*program, *map(str, share)] for share in shares if share])


def runs_in(database: Path) -> int:
    """How many runs the database has."""
    import sqlite3

    with sqlite3.connect(database) as opened:
        count: int = opened.execute("SELECT COUNT(*) FROM runs").fetchone()[0]
    return count


def row(what: str, runs: int, cost: Cost) -> str:
    each = f"{1000 * cost.seconds / runs:.1f} | {1000 * cost.cpu / runs:.1f}"
    return f"| {what} | {runs:,} | {cost.seconds:.1f} | {each} | {cost.megabytes:.0f} |"


def main() -> int:
    """Prints the table, and where it was measured."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--runs", type=int, default=2000)
    options.add_argument("--direct", type=int, default=64)
    options.add_argument("--processes", type=int, default=16)
    chosen = options.parse_args()
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print("| | runs | seconds | ms a run | CPU, ms a run | peak, MB |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="evosweep-bench-") as folder:
        return measure(Path(folder), chosen.runs, chosen.direct, chosen.processes)


def measure(folder: Path, count: int, direct: int, processes: int) -> int:
    """Measures each way in turn; 1 where a run is missing."""
    few, many, other = (folder / name for name in ("few", "many", "other"))
    for results in (few, other):
        write_results(results, 1)
    tracked(other)  # makes MLflow's tables, which takes seconds
    print(row("`evosweep track`, one run", 1, tracked(few)), flush=True)
    folders = write_results(many, count)
    print(row("`evosweep track`", count, tracked(many)), flush=True)
    print(row("again, all unchanged", count, tracked(many)), flush=True)
    before = runs_in(other / "mlflow.db")
    cost = logged_directly(other / "mlflow.db", folders[:direct], processes)
    print(row(f"{processes} processes with MLflow's client", direct, cost), flush=True)
    found = runs_in(many / "mlflow.db"), runs_in(other / "mlflow.db") - before
    return int(found != (count + min(count, CONFIGURATIONS), direct))


if __name__ == "__main__":
    sys.exit(main())
