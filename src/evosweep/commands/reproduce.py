"""`evosweep reproduce`: repeats a run from its receipt alone and says whether it is identical."""

import argparse
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from evosweep.backends.table import backend_kind
from evosweep.errors import EvosweepError, InputError
from evosweep.records.differences import Difference, first_difference
from evosweep.records.folder import RunFolder, find_runs
from evosweep.records.reading import load_record
from evosweep.records.record import Record
from evosweep.supervision.job_folder import JobFolder

_RUN_ID = re.compile(r"[0-9a-f]{12}$")
_MLFLOW_ID = re.compile(r"[0-9a-f]{32}$")
_AUDITED = 100  # one evaluation in so many, and every first of a batch


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `evosweep reproduce`."""
    parser.add_argument("run", metavar="RUN", help="a run folder, a run_id or an MLflow run id")
    parser.add_argument("--results", type=Path, default=Path("results"), metavar="FOLDER",
                        help="where a run_id is looked for (default: results)")  # fmt: skip
    parser.add_argument("--uri", metavar="URI", help="MLflow's tracking URI, for an MLflow run id")
    parser.add_argument(
        "--backend", metavar="NAME[:WORKERS]", help="another backend than the run's"
    )
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="keep the repetition there")
    parser.add_argument("--audit", action="store_true",
                        help="replay the journal and evaluate a sample only")  # fmt: skip


def main(args: argparse.Namespace) -> int:
    """0 when the final population is identical to the bit, 1 when it is not."""
    from evosweep.run.early_stop import repeatable

    _check(args)
    record, folder = find_receipt(args.run, args.results, args.uri)
    for warning in warnings_about(record):
        print(f"evosweep: warning: {warning}", file=sys.stderr)
    scratch = Path(tempfile.mkdtemp(prefix="evosweep-reproduce-"))
    try:
        if args.audit:
            again = _audit(record, folder, scratch)
        else:
            again = _repeat(_with_backend(repeatable(record), args.backend), args.out or scratch)
        return _verdict(record, again, folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _check(args: argparse.Namespace) -> None:
    """Nothing that was done earlier may be taken for the repetition."""
    if args.audit and (args.backend or args.out):
        raise InputError("--audit: it replays the journal here; leave out --backend and --out")
    if args.out is not None and args.out.is_dir() and any(args.out.iterdir()):
        raise InputError(f"--out: {args.out} is not empty; name a new folder for the repetition")


def find_receipt(run: str, results: Path, uri: str | None) -> tuple[Record, RunFolder | None]:
    """The receipt that `run` names, and its folder where there is one; raises `InputError`."""
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
            return load_record(folder.path), folder
    raise InputError(f"run {run} is not in {results}; name its folder, or --results FOLDER")


def warnings_about(record: Record) -> Iterator[str]:
    """What is not as it was when the run was made: sources, versions, platform, processor."""
    from evosweep.config.spec import RunSpec
    from evosweep.machine import environment

    then: Mapping[str, Any] = record.environment
    now = environment.describe()
    sources = RunSpec.parse(record.spec).sources
    for part, digest in record.sources.items():
        if sources.get(part) != digest:
            yield f"the source of the {part} is not that of the record: it was edited since"
    for name in ("python", "machine", "cpu", "platform"):
        if then.get(name) != now.get(name):
            yield f"{name} was {then.get(name)}, and is {now.get(name)}"
    for package, version in (then.get("packages") or {}).items():
        if now["packages"].get(package) != version:
            yield f"{package} was {version}, and is {now['packages'].get(package, 'not installed')}"


def _with_backend(spec: dict[str, Any], choice: str | None) -> dict[str, Any]:
    if choice is None:
        return spec
    name, _, workers = choice.partition(":")
    if workers and not workers.isdigit():
        raise InputError(f"--backend: {choice!r}; the workers in {workers!r} are no number")
    count = int(workers) if workers else (1 if backend_kind(name).alone else 2)
    return spec | {"backend": {"use": name, "workers": count}}


def _repeat(spec: dict[str, Any], out: Path) -> RunFolder:
    from evosweep.config.spec import RunSpec
    from evosweep.supervision.supervisor import supervise

    parsed = RunSpec.parse(spec)
    parsed.check()
    what = {"spec": parsed.to_dict(), "seeds": [parsed.seed], "out": out, "several": False}
    with JobFolder.temporary(**what) as job:
        code = supervise(job)
    if code != 0:
        raise EvosweepError(f"the repetition did not finish (exit code {code}); see above")
    return RunFolder(out)


def _audit(record: Record, folder: RunFolder | None, scratch: Path) -> RunFolder:
    from evosweep.backends.table import REFERENCE, create
    from evosweep.config.spec import RunSpec
    from evosweep.run.attempt import Attempt, run_one

    if folder is None or not folder.journal.exists():
        raise InputError("--audit needs the run's folder with its journal.bin; name the folder")
    copy = RunFolder(scratch)
    shutil.copyfile(folder.journal, copy.journal)
    spec = RunSpec.parse(record.spec)
    if spec.run_id != record.run_id:
        raise InputError(
            f"--audit: by today's source this is run {spec.run_id}, and the journal is that of "
            f"{record.run_id}; repeat it without --audit"
        )
    with create(REFERENCE) as backend:
        run_one(spec, copy, backend, Attempt(audit=_AUDITED))
    return copy


def _verdict(record: Record, again: RunFolder, folder: RunFolder | None) -> int:
    digest = load_record(again.path).population_digest
    if digest == record.population_digest:
        print(f"identical: final population {digest}")
        return 0
    print(f"different: final population {digest}, and the record has {record.population_digest}")
    print(_explain(first_difference(folder, again) if folder is not None else None))
    return 1


def _explain(difference: Difference | None) -> str:
    if difference is None:
        return "the record alone is there, so that generations cannot be compared"
    return str(difference)
