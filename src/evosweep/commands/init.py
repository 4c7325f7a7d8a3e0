"""`evosweep init`: make a folder with a working study, new or from a plain DEAP program."""

import argparse
from pathlib import Path

from evosweep.errors import InputError, printable
from evosweep.files.opening import read_text
from evosweep.workflow.deap_script import Script, read_script
from evosweep.workflow.study import files_of, study_name, write_study

_LARGEST = 2**20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `evosweep init`."""
    parser.add_argument(
        "folder",
        type=Path,
        nargs="?",
        default=Path(),
        metavar="FOLDER",
        help="where the study is written (default: this folder)",
    )
    parser.add_argument(
        "--from",
        dest="script",
        type=Path,
        metavar="SCRIPT.py",
        help="a plain DEAP program, which is read and not run",
    )


def main(args: argparse.Namespace) -> int:
    """Write the study, and print the next commands; returns 0."""
    script = None if args.script is None else _read(args.script)
    files = files_of(study_name(args.folder), script)
    write_study(args.folder, files)
    print(f"{args.folder}: {', '.join(files)}")
    if script is not None:
        _print_left(args.script, script)
    config = "config/experiment.yaml"
    there = "" if args.folder == Path() else f"cd {args.folder} && "
    print(f"next:  {there}evosweep check {config} && evosweep sweep {config}")
    return 0


def _read(path: Path) -> Script:
    try:
        return read_script(read_text(path, _LARGEST), path.name)
    except OSError as error:
        raise InputError(f"{path}: cannot be read as a program: {error.strerror}") from error


def _print_left(path: Path, script: Script) -> None:
    taken = [f"parameters {', '.join(script.params)}" if script.params else "no parameters"]
    if script.algorithm.startswith("deap."):
        taken.append(script.algorithm.rpartition(":")[2])
    print(printable(f"taken over from {path}: the toolbox, with {' and '.join(taken)}"))
    for line in script.left:
        print(printable(f"not taken over: {line}"))
