"""Compare and track the finished runs of a call in which other runs failed.

Snakemake starts no rule whose input is missing, so that the rules of these two stages do not run
then. This module calls their commands instead. The next call of Snakemake does both again.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

from evosweep.files.opening import output_folder
from evosweep.files.writing import open_log
from evosweep.workflow.plan import Plan


def use_what_is_there(plan: Plan) -> Iterator[str]:
    """Compare and track the finished runs of a plan; yields a line about each stage."""
    folder = plan.experiment.folder
    missing = plan.size - plan.scope.finished()
    share = f"{plan.size - missing} of {plan.size} runs ({missing} missing)"
    words = ["evosweep", "compare", plan.folder, "--runs", plan.asked_file]
    if _call(words, folder / "logs" / "compare.log"):
        yield f"compared: {share}:  {folder / 'comparison' / 'report.html'}"
    else:
        yield f"the comparison of {share} failed; see {folder / 'logs' / 'compare.log'}"
    if _call(["evosweep", "track", plan.folder], folder / "logs" / "track.log"):
        yield f"in MLflow: {share}:  evosweep ui"
    else:
        yield f"MLflow has not all of them; see {folder / 'logs' / 'track.log'}"


def _call(words: list[str], log: Path) -> bool:
    experiment = log.parent.parent
    output_folder(experiment, log.parent.name)
    with open_log(log, inside=experiment) as file:
        return subprocess.call(words, stdin=subprocess.DEVNULL, stdout=file, stderr=file) == 0
