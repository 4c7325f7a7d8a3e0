"""Where the seconds of a first `make run` go, from a fresh clone to the report.

    python tests/benchmarks/grid/first_run.py [--page docs/speed.md] [--cached]

The tree is copied to a scratch folder without environment or results. pip may not use its cache;
with `--cached` it may, for a machine without a network that has installed these packages before.
The stages of the workflow are told by the files that it leaves; what MLflow needs before the first
run can be tracked (its import, its tables) is measured once more by itself.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from reported import keep, stages

ROOT = Path(__file__).parents[3]
BAR, WIDTH = "▇", 30
MLFLOW = (
    "from pathlib import Path; from evosweep.track.store.address import resolve; "
    "from evosweep.track.store.database import open_database; "
    "open_database(resolve(Path('empty'), None, must_exist=False))"
)


def main() -> None:
    """Print the table as its rows are measured; keep it in a page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--page", type=Path, help="a page that gets the table, too")
    parser.add_argument("--cached", action="store_true", help="pip may use its cache")
    chosen = parser.parse_args()
    took: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="evosweep-first-") as scratch:
        for name, seconds in measured(Path(scratch), cached=chosen.cached):
            took[name] = seconds
            print(f"{name}: {seconds:.1f} s", flush=True)
    lines = list(table(took))
    print(*lines, sep="\n")
    if chosen.page:
        keep(chosen.page, "first", lines)


def table(took: Mapping[str, float]) -> Iterator[str]:
    """Yield the lines of the table, with a bar for each stage."""
    longest = max(took.values())
    yield from ("| stage of a first `make run` | seconds | |", "|---|---:|---|")
    for name, seconds in took.items():
        bar = BAR * round(WIDTH * seconds / longest)
        yield f"| {name} | {seconds:.1f} | {bar} |"
    yield f"| all | {sum(took.values()):.1f} | |"


def measured(folder: Path, *, cached: bool) -> Iterator[tuple[str, float]]:
    """Yield the seconds of each stage."""
    listed = ["git", "ls-files", "-z"]
    files = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True).stdout
    pack, unpack = ["tar", "-cf", "-", "--null", "-T", "-"], ["tar", "-xf", "-"]
    packed = subprocess.run(pack, cwd=ROOT, input=files, capture_output=True, check=True).stdout
    subprocess.run(unpack, cwd=folder, input=packed, check=True)
    installing = seconds_of(["make", "venv"], folder, cached=cached)
    packages = len(list(folder.glob(".venv/lib/python*/site-packages/*.dist-info")))
    how = "from pip's cache" if cached else "by pip"
    yield f"install: {packages} packages, {how}", installing
    began = folder / "began"
    began.touch()
    whole = seconds_of(["make", "run"], folder)
    mlflow = seconds_of([folder / ".venv" / "bin" / "python", "-c", MLFLOW], folder)
    known = dict(stages(began, folder / "results" / "quickstart"))
    start, runs, comparison, tracking = known.values()
    yield "Snakemake's start, the plan, the first run", start
    yield "the other runs", runs
    yield "comparison and report", comparison
    yield "MLflow's import and its tables", min(mlflow, tracking)
    yield "tracking", max(0.0, tracking - mlflow)
    yield "Snakemake's end", whole - sum(known.values())


def seconds_of(command: Sequence[str | Path], folder: Path, *, cached: bool = True) -> float:
    """Return the seconds of a command; ends this program where it fails."""
    began = time.perf_counter()
    environment = os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true"}
    environment |= {} if cached else {"PIP_NO_CACHE_DIR": "1"}
    environment.pop("VIRTUAL_ENV", None)
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{command}: {done.stderr.strip()[-2000:]}")
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
