"""`evosweep export`: write a folder of files for another tool."""

import argparse
import importlib
import sys
from pathlib import Path
from typing import Any

from evosweep.commands.results_argument import add_results
from evosweep.compare.read.folders import open_studies
from evosweep.compare.read.study import Study
from evosweep.errors import InputError, RunError, printable
from evosweep.export.written import Written
from evosweep.files.opening import check_output, output_folder
from evosweep.files.writing import folder_replacement
from evosweep.workflow import shipped

# Each module has `write(study, folder)`, which returns a sentence on the files.
FORMATS = {
    "ioh": "evosweep.export.ioh",
    "coco": "evosweep.export.coco",
    "csv": "evosweep.export.flat",
    "rocrate": "evosweep.export.crate",
    "paper": "evosweep.export.paper",
}


MOST_NAMED = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `evosweep export`."""
    add_results(parser, more="; `paper [RESULTS]` is short for RESULTS --format paper")
    parser.add_argument("of", type=Path, nargs="?", help=argparse.SUPPRESS)
    parser.add_argument(
        "--format",
        choices=FORMATS,
        help="ioh: IOHprofiler; coco: COCO, BBOB problems only; csv: CSV and Parquet; rocrate; "
        "paper: the checklist for reproducibility and sentences on methods",
    )
    parser.add_argument("--config", type=Path, help="rocrate: the experiment's config, to be in it")
    parser.add_argument(
        "--license",
        metavar="URL",
        help="rocrate: the licence of the data, such as https://spdx.org/licenses/CC-BY-4.0",
    )
    parser.add_argument(
        "--out", type=Path, help="folder to make (default: results/<experiment>/export/<format>)"
    )


def main(args: argparse.Namespace) -> int:
    """Write each experiment's export whole or not at all; returns 0."""
    _take_paper(args)
    opened = open_studies(args.results)
    studies = [study for study in opened if study.runs]
    if not studies:
        raise InputError(f"{args.results}: no run has finished, so there is nothing to export")
    options = _options(args)
    unfit: list[InputError] = []
    for study in studies:
        folder = _folder(args.out, study, args.format, len(studies))
        try:
            inside = study.folder if args.out is None else folder.parent
            written = _write(study, folder, args.format, options=options, inside=inside)
        except InputError as error:  # for instance, the format suits no problem of the experiment
            unfit.append(error)
            continue
        print(printable(f"{study.name}: {written.sentence}: {folder}"))
        for line in written.left_out[:MOST_NAMED]:
            print(printable(f"{study.name}: left out: {line}"), file=sys.stderr)
    for study in opened:
        _name_left_out(study)
    if len(unfit) == len(studies):
        raise unfit[0]
    for unfitness in unfit:
        print(f"evosweep: {unfitness}", file=sys.stderr)
    return 0


def _take_paper(args: argparse.Namespace) -> None:
    """Treat `paper RESULTS` as `RESULTS --format paper`."""
    if args.format is None and args.results == Path("paper"):
        args.format, args.results, args.of = "paper", args.of or Path("results"), None
    if args.of is not None:
        raise InputError(f"{args.of}: export takes one folder of results")
    if args.format is None:
        raise InputError(f"--format: give one of {', '.join(FORMATS)}")


def _name_left_out(study: Study) -> None:
    """Print how many runs without a receipt are left out of the export."""
    for run in study.failures[:MOST_NAMED]:
        reason = f": {run.error}" if run.kind == "damaged" else ""
        line = f"{study.name}: left out, without a receipt: {run.run_id} ({run.kind}){reason}"
        print(printable(line), file=sys.stderr)
    more = len(study.failures) - MOST_NAMED
    if more > 0:
        print(f"{study.name}: and {more} more; evosweep compare names them all", file=sys.stderr)


def _options(args: argparse.Namespace) -> dict[str, Any]:
    wanted = {"config": args.config, "license": args.license}
    options = {name: value for name, value in wanted.items() if value is not None}
    if options and args.format != "rocrate":
        raise InputError(f"--{next(iter(options))}: is for --format rocrate, not for {args.format}")
    if args.format == "rocrate":
        options["workflow"] = shipped.root()
    if args.config is not None and not args.config.is_file():
        raise InputError(f"{args.config}: no such config file")
    if args.license is not None and not args.license.startswith(("http://", "https://")):
        raise InputError(
            f"--license {args.license}: give its address, such as "
            "https://spdx.org/licenses/CC-BY-4.0"
        )
    return options


def _folder(out: Path | None, study: Study, kind: str, studies: int) -> Path:
    if out is None:
        folder = output_folder(study.folder, "export") / kind
        check_output(folder, study.folder)
        return folder
    folder = out / study.name if studies > 1 else out
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder}: exists and is not empty; choose another --out or remove it")
    return folder


def _write(
    study: Study, folder: Path, kind: str, *, options: dict[str, Any], inside: Path
) -> Written:
    try:
        inside.mkdir(parents=True, exist_ok=True)
        with folder_replacement(folder, inside=inside) as draft:
            written: Written = importlib.import_module(FORMATS[kind]).write(study, draft, **options)
    except OSError as error:
        reason = error.strerror or error
        raise RunError(f"{folder}: cannot be written: {reason}") from error
    return written
