"""`evosweep why`: explain how a run differs from the nearest finished run."""

import argparse
from pathlib import Path

from evosweep.config.load import load
from evosweep.errors import InputError, printable
from evosweep.inventory.nearest import Explainer
from evosweep.records.folder import RUN_ID, find_runs
from evosweep.records.reading import load_record


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `evosweep why`."""
    parser.add_argument(
        "what",
        metavar="RUN|CONFIG",
        help="a run folder or a run_id; or a config, for each of its runs that is not there",
    )
    parser.add_argument(
        "--results",
        type=Path,
        default=Path("results"),
        metavar="FOLDER",
        help="where a run_id is looked for (default: results)",
    )


def main(args: argparse.Namespace) -> int:
    """Print one line for each parameter, option and source that differs; returns 0."""
    path = Path(args.what)
    if path.is_dir() or path.name == "record.json" or RUN_ID.fullmatch(args.what):
        folder = path if path.exists() else _find(args.what, args.results)
        run = load_record(folder)
        folder = folder.parent if folder.name == "record.json" else folder
        lines = Explainer(folder.absolute().parent.parent).of_run(run)
    else:
        experiment = load(path)
        lines = Explainer(experiment.folder).of_config(experiment)
    for line in lines:
        print(printable(line))
    return 0


def _find(run_id: str, results: Path) -> Path:
    for folder in find_runs(results):
        if folder.path.name == run_id:
            return folder.path
    raise InputError(f"run {run_id} is not in {results}; name its folder, or --results FOLDER")
