"""`evosweep reproduce`: repeat a run from its receipt alone, and tell if it is identical."""

import argparse
import re
import shutil
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from evosweep.backends import table
from evosweep.errors import EvosweepError, InputError, printable
from evosweep.files.opening import is_file
from evosweep.files.writing import copy_file
from evosweep.records.differences import first_difference
from evosweep.records.folder import RunFolder, find_runs
from evosweep.records.reading import load_record, read_record
from evosweep.records.record import Record
from evosweep.supervision.job_folder import JobFolder

if TYPE_CHECKING:
    from evosweep.config.spec import RunSpec

_RUN_ID = re.compile(r"[0-9a-f]{12}$")
_MLFLOW_ID = re.compile(r"[0-9a-f]{32}$")
_AUDITED = 100  # one in 100 evaluations is repeated, and the first of each batch


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `evosweep reproduce`."""
    parser.add_argument("run", metavar="RUN", help="a run folder, a run_id or an MLflow run id")
    parser.add_argument("--results", type=Path, default=Path("results"), metavar="FOLDER",
                        help="where a run_id is looked for (default: results)")  # fmt: skip
    parser.add_argument("--uri", metavar="URI", help="MLflow's tracking URI, for an MLflow run id")
    parser.add_argument(
        "--backend", metavar="NAME[:WORKERS]", help="another backend than the run's"
    )
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="keep the repetition there")
    parser.add_argument("--import-path", default="", metavar="FOLDER",
                        help="where the modules of its own functions lie here")  # fmt: skip
    parser.add_argument("--trust", action="store_true",
                        help="run functions that are not evosweep's own")  # fmt: skip
    parser.add_argument("--audit", action="store_true",
                        help="replay the journal and evaluate a sample only")  # fmt: skip


def main(args: argparse.Namespace) -> int:
    """Repeat the run; returns 0 if the final population is identical to the bit, else 1."""
    from evosweep.run.repetition import differences_of_circumstances, spec_of

    _check(args)
    record, folder = find_receipt(args.run, args.results, args.uri)
    spec = _with_backend(spec_of(record, args.import_path), args.backend)
    _ask_for_trust(record, spec, args.trust)
    spec.check()
    for warning in differences_of_circumstances(record, spec):
        print(f"evosweep: warning: {warning}", file=sys.stderr)
    scratch = Path(tempfile.mkdtemp(prefix="evosweep-reproduce-"))
    try:
        if args.audit:
            again = _audit(record, spec, folder, scratch)
        else:
            again = _repeat(spec, args.out or scratch, _order(record, folder))
        return _verdict(record, again, folder)
    finally:
        if not RunFolder(scratch).failure.exists():  # an error may have named a file in it
            shutil.rmtree(scratch, ignore_errors=True)


def _ask_for_trust(record: Record, spec: "RunSpec", trusted: bool) -> None:
    """Print which foreign code would run; raises `InputError` unless the user trusts it."""
    from evosweep.run.repetition import foreign_code

    if not (codes := foreign_code(record, spec)):
        return
    for code in codes:
        print(f"evosweep: this runs {printable(str(code))}", file=sys.stderr)
    if trusted:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise InputError(
            f"{codes[0].use}: it is not evosweep's own code, and a receipt may come from anybody; "
            "read it, then call again with --trust"
        )
    print("Run it? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise InputError(f"{codes[0].use}: not trusted, so nothing was run")


def _check(args: argparse.Namespace) -> None:
    """Raise InputError for options that conflict, or an old folder as `--out`."""
    if args.audit and (args.backend or args.out):
        raise InputError("--audit: it replays the journal here; leave out --backend and --out")
    if args.out is not None and args.out.is_dir() and any(args.out.iterdir()):
        raise InputError(f"--out: {args.out} is not empty; name a new folder for the repetition")


def find_receipt(run: str, results: Path, uri: str | None) -> tuple[Record, RunFolder | None]:
    """Return the receipt of the run that `run` names, and its folder if it has one.

    Raises `InputError` if there is no such run.
    """
    path = Path(run)
    if path.exists():
        folder = RunFolder(path if path.is_dir() else path.parent)
        return load_record(path), folder
    if _MLFLOW_ID.match(run):
        tracked: Record = import_module("evosweep.track.passes.receipts").receipt(run, uri)
        return tracked, None
    if not _RUN_ID.match(run):
        raise InputError(
            f"{run!r} is no run: give a run folder, a run_id (12 hexadecimal digits) or an MLflow "
            "run id (32)"
        )
    for folder in find_runs(results):
        if folder.path.name == run:
            return read_record(folder), folder
    raise InputError(f"run {run} is not in {results}; name its folder, or --results FOLDER")


def _with_backend(spec: "RunSpec", choice: str | None) -> "RunSpec":
    if choice is None:
        return spec
    return spec.parse(spec.to_dict() | {"backend": table.choice(choice)})


def _order(record: Record, folder: RunFolder | None) -> Path | None:
    """Return the journal whose order the repetition must follow; None for a synchronous run."""
    if record.order is None:
        return None
    if folder is None or not is_file(folder.journal):
        raise InputError(
            f"run {record.run_id} is asynchronous: the order of its results is in its journal.bin, "
            "which is not here; name the run's folder"
        )
    return folder.journal


def _repeat(spec: "RunSpec", out: Path, order: Path | None) -> RunFolder:
    from evosweep.supervision.supervisor import supervise

    what = {"spec": spec.to_dict(), "seeds": [spec.seed], "out": out, "several": False}
    what["order"] = order
    with JobFolder.temporary(**what) as job:
        code = supervise(job)
    if code == 0:
        return RunFolder(out)
    kept = f"; what it left is in {out}" if RunFolder(out).failure.exists() else ""
    raise EvosweepError(f"the repetition did not finish (exit code {code}); see above{kept}")


def _audit(record: Record, spec: "RunSpec", folder: RunFolder | None, scratch: Path) -> RunFolder:
    from evosweep.backends.table import REFERENCE, create
    from evosweep.run.attempt import Attempt, run_one

    if folder is None or not is_file(folder.journal):
        raise InputError("--audit needs the run's folder with its journal.bin; name the folder")
    copy = RunFolder(scratch)
    copy_file(folder.journal, copy.journal)
    spec = spec.parse(spec.to_dict() | {"backend": {**record.spec["backend"]}})
    if spec.run_id != record.run_id:
        raise InputError(
            f"--audit: by today's source this is run {spec.run_id}, and the journal is that of "
            f"{record.run_id}; repeat it without --audit"
        )
    with create(REFERENCE) as backend:
        run_one(spec, copy, backend, Attempt(audit=_AUDITED))
    return copy


def _verdict(record: Record, again: RunFolder, folder: RunFolder | None) -> int:
    repeated = load_record(again.path)
    digest = repeated.population_digest
    if repeated.order != record.order:
        print("different: the results did not come in the order that the record has")
        return 1
    if digest == record.population_digest:
        print(f"identical: final population {digest}")
        return 0
    print(f"different: final population {digest}, and the record has {record.population_digest}")
    print(_explain(folder, again))
    return 1


def _explain(folder: RunFolder | None, again: RunFolder) -> str:
    if folder is None:
        return "the record alone is there, so that generations cannot be compared"
    try:
        return printable(str(first_difference(folder, again)))
    except (EvosweepError, OSError) as error:
        return f"where they part cannot be told: {error}"
