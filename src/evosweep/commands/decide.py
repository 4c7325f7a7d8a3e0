"""`evosweep decide`: what a look at seeds in stages comes to; what the workflow calls."""

import argparse
from dataclasses import replace
from pathlib import Path

from evosweep.compare.decision import Decision, decide
from evosweep.compare.extra import check
from evosweep.compare.read.run import Run, read_run
from evosweep.errors import InputError
from evosweep.inventory.look_note import FOLDER, LookNote, read_look
from evosweep.records.folder import RunFolder

NEEDED = ("scipy",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `evosweep decide`."""
    parser.add_argument(
        "look", type=Path, metavar="FILE", help="results/<experiment>/looks/<name>.json"
    )


def main(args: argparse.Namespace) -> int:
    """Write the answer into the file, and print it; returns 0, also where runs are missing."""
    check(NEEDED)
    file: Path = args.look
    if file.parent.name != FOLDER:
        raise InputError(f"{file}: is no look; they are in results/<experiment>/{FOLDER}/")
    try:
        note = read_look(file)
    except FileNotFoundError:
        raise InputError(f"{file}: there is no such look; the workflow asks for them") from None
    experiment = file.parent.parent
    if note.path(experiment).name != file.name:
        raise InputError(f"{file}: its name is not that of its runs; remove it")
    folders = [RunFolder(experiment / "runs" / run_id) for run_id in note.runs]
    if missing := sum(not folder.record.is_file() for folder in folders):
        print(f"look {note.number} at {note.problem}: {missing} of {len(folders)} runs are missing")
        return 0
    runs = [_compared(read_run(folder), note) for folder in folders]
    decision = decide(runs, note.stages.stages)
    note.model_copy(update={"is_final": decision.is_final}).write(experiment)
    _print(note, decision)
    return 0


def _compared(run: Run, note: LookNote) -> Run:
    """Return the run with what is compared, which its receipt may not know yet."""
    return replace(run, problem={**run.problem, "compare": note.compare})


def _print(note: LookNote, decision: Decision) -> None:
    what = "no more seeds" if decision.is_final else "more seeds"
    print(f"look {note.number} at {note.problem}: {what}")
    for word, lines in (("open", decision.open), ("closed", decision.closed)):
        for line in lines:
            print(f"  {word}: {line}")
