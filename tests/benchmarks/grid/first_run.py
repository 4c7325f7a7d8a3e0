"""Where the seconds of a first `make run` go, from a fresh clone to the report.

    python tests/benchmarks/grid/first_run.py [--page docs/speed.md]

The tree is copied to a scratch folder without environment or results; pip may use no cache. The
stages of the workflow are told by the files that it leaves; what MLflow needs before the first run
can be tracked (its import, its tables) is measured once more by itself.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from reported import keep, stages

ROOT = Path(__file__).parents[3]
MLFLOW = (
    "from pathlib import Path; from evosweep.track.store.address import resolve; "
    "from evosweep.track.store.database import open_database; "
    "open_database(resolve(Path('empty'), None, must_exist=False))"
)


def main() -> None:
    """Print the table as its rows are measured; keep it in a page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--page", type=Path, help="a page that gets the table, too")
    page = parser.parse_args().page
    lines = ["| stage of a first `make run` | seconds |", "|---|---:|"]
    print(*lines, sep="\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="evosweep-first-") as scratch:
        for name, seconds in measured(Path(scratch)):
            lines.append(f"| {name} | {seconds:.1f} |")
            print(lines[-1], flush=True)
    if page:
        keep(page, "first", lines)


def measured(folder: Path) -> Iterator[tuple[str, float]]:
    """Yield the seconds of each stage."""
    listed = ["git", "ls-files", "-z"]
    files = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True).stdout
    pack, unpack = ["tar", "-cf", "-", "--null", "-T", "-"], ["tar", "-xf", "-"]
    packed = subprocess.run(pack, cwd=ROOT, input=files, capture_output=True, check=True).stdout
    subprocess.run(unpack, cwd=folder, input=packed, check=True)
    yield "install: 145 packages, by pip", seconds_of(["make", "venv"], folder)
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


def seconds_of(command: Sequence[str | Path], folder: Path) -> float:
    """Return the seconds of a command; ends this program where it fails."""
    began = time.perf_counter()
    environment = os.environ | {"PIP_NO_CACHE_DIR": "1", "MLFLOW_DISABLE_TELEMETRY": "true"}
    environment.pop("VIRTUAL_ENV", None)
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{command}: {done.stderr.strip()[-2000:]}")
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
