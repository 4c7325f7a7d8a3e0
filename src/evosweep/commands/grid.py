"""`evosweep grid`: print one row for each run of a config, one after the other."""

import argparse
import json

from evosweep.config import grid
from evosweep.config.experiment import Experiment
from evosweep.config.load import load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `evosweep grid`."""
    parser.add_argument("config", metavar="CONFIG", help="an experiment's YAML file")
    parser.add_argument(
        "--json", action="store_true", help="a JSON array: run_id, spec_id, folder, label and spec"
    )


def main(args: argparse.Namespace) -> int:
    """Print the runs; raises InputError with all mistakes in the config."""
    experiment = load(args.config)
    if args.json:
        _print_json(experiment)
    else:
        _print_table(experiment)
    return 0


def _print_table(experiment: Experiment) -> None:
    width = max(len(each.label) for each in grid.combinations(experiment))
    print(f"{'run_id':12}  {'problem, algorithm, backend':{width}}  seed")
    for combination in grid.combinations(experiment):
        for seed in combination.seeds:
            run_id = combination.run(seed, experiment.import_path).run_id
            print(f"{run_id}  {combination.label:{width}}  {seed}")


def _print_json(experiment: Experiment) -> None:
    separator = "["
    for combination in grid.combinations(experiment):
        for seed in combination.seeds:
            run = combination.run(seed, experiment.import_path)
            row = {
                "run_id": run.run_id,
                "spec_id": run.spec_id,
                "folder": str(experiment.folder / "runs" / run.run_id),
                "label": f"{combination.label} seed {seed}",
                "spec": run.to_dict(),
            }
            print(f"{separator}{json.dumps(row)}", end="")
            separator = ",\n "
    print("]")
