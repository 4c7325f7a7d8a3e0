"""`evosweep run`: make a job from its arguments, and perform it under a supervisor or here."""

import argparse
import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from evosweep.backends.table import BACKENDS
from evosweep.errors import EvosweepError, InputError, shown
from evosweep.files import strict_json
from evosweep.files.opening import read_text
from evosweep.files.unchanged import read_unchanged
from evosweep.supervision.job_folder import JobFolder

_RANGE = re.compile(r"([0-9]{1,10})(?:-([0-9]{1,10}))?$")
_LONGEST = 2**28  # bytes of a file of specs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `evosweep run`."""
    parser.add_argument(
        "--spec",
        required=True,
        metavar="JSON|@FILE",
        help="what to run: a spec, or a list of specs on one backend",
    )
    parser.add_argument("--spec-sha256", metavar="DIGEST",
                        help="what --spec's file must have; another is refused")  # fmt: skip
    parser.add_argument("--out", required=True, type=Path, metavar="FOLDER",
                        help="the run's folder; of several runs their parent")  # fmt: skip
    parser.add_argument("--seeds", metavar="LIST",
                        help="several runs, such as 1,2,5-9, in one process")  # fmt: skip
    parser.add_argument("--fresh", action="store_true", help="discard what earlier attempts left")
    parser.add_argument("--mixed", action="store_true",
                        help="resume what another environment began, and mark the run")  # fmt: skip
    parser.add_argument("--apart", action="store_true",
                        help="each of several runs in a process of its own")  # fmt: skip
    parser.add_argument("--order", type=Path, metavar="JOURNAL",
                        help="take the results of an asynchronous algorithm in the order that "
                        "this journal has")  # fmt: skip
    parser.add_argument("--receipt", type=Path, metavar="FILE",
                        help="written once all runs are done: their run_ids, as JSON")  # fmt: skip
    parser.add_argument("--sync", type=_seconds, default=1.0, metavar="SECONDS",
                        help="how late an evaluation may reach the disk (default: 1)")  # fmt: skip
    parser.add_argument("--in-process", action="store_true",
                        help="no process of its own (for debuggers); not for scoop")  # fmt: skip


def main(args: argparse.Namespace) -> int:
    """Perform the runs; returns 0 if done, 1 if one failed, 2 for bad input, 128 + signal if
    stopped."""
    read_spec_file(args)
    specs = read_specs(args.spec)
    if args.seeds is not None and len(specs) > 1:
        raise InputError("--seeds: is for one spec; give each of several specs its seed")
    seeds = [specs[0]["seed"]] if args.seeds is None else read_seeds(args.seeds)
    if args.order is not None and len(seeds) * len(specs) > 1:
        raise InputError("--order: a journal has the order of one run; give one seed")
    what = {"spec": specs[0], "seeds": seeds, "others": specs[1:], "out": args.out}
    what |= {"several": is_several(args), "apart": args.apart, "order": args.order}
    try:
        with JobFolder.temporary(**what, fresh=args.fresh, sync=args.sync, mixed=args.mixed) as job:
            code = _perform_here(job) if args.in_process else _supervise(job)
            names = job.names() if code == 0 and args.receipt is not None else []
    except OSError as error:
        raise EvosweepError(
            f"{error.filename or tempfile.gettempdir()}: cannot keep the job's own files "
            f"({error.strerror}); make room there, or name another folder by TMPDIR"
        ) from error
    if names:
        write_receipt(args.receipt, args.out, names, several=is_several(args))
    return code


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < 3600:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 3600 seconds")
    return seconds


def is_several(args: argparse.Namespace) -> bool:
    """Return True if each run gets a folder of its own below `--out`."""
    return args.seeds is not None or args.spec.lstrip().startswith("[")


def read_spec_file(args: argparse.Namespace) -> None:
    """Replace the `@FILE` of `--spec` by the file's text, which is read this once.

    Raises
    ------
    InputError
        If it cannot be read, or has not the digest that `--spec-sha256` gives.
    """
    text, digest = args.spec, args.spec_sha256
    if not text.startswith("@"):
        if digest is not None:
            raise InputError("--spec-sha256: is for a file; write --spec @FILE")
        return
    path = Path(text[1:])
    try:
        if digest is None:
            args.spec = read_text(path, _LONGEST)
        else:
            args.spec = read_unchanged(path, digest, _LONGEST).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"--spec: cannot read {path} ({error})") from error
    except InputError as error:
        raise InputError(f"--spec: {error}") from error


def read_specs(whole: str) -> list[dict[str, Any]]:
    """Return the specs in a JSON text: of one spec, or of a list that shares a backend.

    Raises `InputError` for mistakes in the text.
    """
    if not whole.lstrip().startswith("["):
        return [read_spec(whole)]
    try:
        items: Any = strict_json.loads(whole)
        texts = [json.dumps(item) for item in items]
    except (ValueError, RecursionError) as error:
        raise InputError(f"--spec: the list of specs is not JSON: {error}") from None
    specs = [read_spec(each) for each in texts]
    if not specs:
        raise InputError("--spec: the list of specs is empty")
    backends = [{**spec["backend"], "name": ""} for spec in specs]
    if any(backend != backends[0] for backend in backends):
        raise InputError("--spec: the specs of one process share a backend and its workers")
    return specs


def read_spec(text: str, *, elsewhere: bool = False) -> dict[str, Any]:
    """Return the spec in a JSON text as a dict; raises `InputError`.

    `elsewhere`: the run happens on another host or in an image, so that this process need not have
    the packages.
    """
    if not _is_plausible(text):
        from evosweep.config.spec import RunSpec

        return RunSpec.parse(text).to_dict()  # reports all mistakes, but takes a little longer
    spec: dict[str, Any] = json.loads(text)
    kind = BACKENDS[spec["backend"]["use"]]
    if not (elsewhere or kind.is_installed):
        raise InputError(f"backend {kind.name} needs the package {kind.module}: {kind.install}")
    return spec


def _is_plausible(text: str) -> bool:
    """Return True if the supervisor can use the spec; the working process checks the rest."""
    try:
        spec = json.loads(text)
        backend = spec["backend"]
        workers = backend.get("workers", 1)
        return isinstance(spec["seed"], int) and type(workers) is int and 0 < workers < 10_000 and (
            backend["use"] in BACKENDS)  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False


def read_seeds(text: str) -> list[int]:
    """Return the seeds of a list such as `1,2,5-9`; raises `InputError`."""
    seeds: list[int] = []
    for part in text.split(","):
        match = _RANGE.match(part.strip())
        if not match:
            raise InputError(f"--seeds: {shown(part)} is neither a seed nor a range such as 5-9")
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first or last - first > 1_000_000:
            raise InputError(f"--seeds: {shown(part)} is no range of at most a million seeds")
        seeds.extend(range(first, last + 1))
    if len(set(seeds)) < len(seeds):
        raise InputError(f"--seeds: {shown(text)} names a seed twice")
    return seeds


def _supervise(job: JobFolder) -> int:
    from evosweep.supervision.supervisor import supervise

    return supervise(job)


def _perform_here(job: JobFolder) -> int:
    from evosweep.machine import numerics
    from evosweep.processes import activity, safe_path

    os.environ.update(numerics.environment())  # it must come before any import of NumPy
    from evosweep.supervision.performer import perform

    safe_path.release()
    with activity.board(job.board):
        return perform(job)


def names_of(args: argparse.Namespace) -> list[str]:
    """Return the run_ids of the runs, by the models of their specs."""
    from evosweep.config.spec import RunSpec

    whole = args.spec
    specs = json.loads(whole) if whole.lstrip().startswith("[") else [json.loads(whole)]
    if args.seeds is not None:
        specs = [specs[0] | {"seed": seed} for seed in read_seeds(args.seeds)]
    return [RunSpec.parse(spec).run_id for spec in specs]


def write_receipt(path: Path, out: Path, names: list[str], *, several: bool) -> None:
    """Write the file of `--receipt` after the runs are done: the folder of each run_id."""
    from evosweep.files.writing import write_json

    folders = [str(out / run_id) if several else str(out) for run_id in names]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, {"runs": dict(zip(names, folders, strict=True))})
