"""The working process of `evosweep run`: it performs the runs of a job, one after the other.

It writes its exit code into a file of the job's folder, since the exit code of `python -m scoop`
means nothing.
"""

import sys
import time
import traceback
import warnings
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TextIO

from evosweep.backends.protocol import Backend
from evosweep.backends.table import create
from evosweep.config.spec import RunSpec
from evosweep.errors import EvosweepError, InputError
from evosweep.processes import guard, lines, safe_path
from evosweep.processes.lock import Locked
from evosweep.records.folder import RunFolder
from evosweep.records.journal import JournalCorrupt, Session, TornTail, read_behind
from evosweep.records.record import Record
from evosweep.records.source_copies import keep_sources
from evosweep.records.syncer import Syncer
from evosweep.run.attempt import Attempt, run_folder, run_one
from evosweep.run.extension import NotExtended
from evosweep.supervision.apart import apart
from evosweep.supervision.job_folder import JobFolder


def main(job_folder: str) -> None:
    """Perform the job that a supervisor wrote into the folder, and write the last word there."""
    guard.die_with_parent()
    safe_path.release()
    job = JobFolder.load(Path(job_folder))
    code, message = 1, ""
    warnings.showwarning = _show_warning
    try:
        code = perform(job)
    except EvosweepError as error:
        code, message = error.exit_code, str(error)
    except KeyboardInterrupt:
        code = 130
    except OSError as error:
        message = f"{error.filename or job.folder}: {error.strerror}"
    except BaseException as error:  # else the supervisor would take it for a kill and start again
        lines.complain(traceback.format_exc().rstrip())
        message = f"{type(error).__name__}: {error}"
    for stream in (sys.stdout, sys.stderr):  # what a program printed: this process is killed soon
        with suppress(OSError, ValueError):
            stream.flush()
    job.report(code, message)


def perform(job: JobFolder) -> int:
    """Perform every run of the job; a run that fails does not stop the others.

    Returns
    -------
    int
        0 if all runs are done, 1 if one failed, 75 if other processes work on all missing runs, 2
        if the input of one of several configurations is bad.

    Raises
    ------
    InputError
        At the first bad input, if all runs share it.
    """
    specs = job.specs()
    if not job.others:
        specs[0].check()
    job.note_names(specs)
    if job.apart and len(specs) > 1:
        each = (partial(_perform_some, job, [spec], job.started) for spec in specs)
        return _together([apart(perform_it) for perform_it in each])
    return _together(_perform_some(job, specs, job.started))


def _perform_some(job: JobFolder, specs: list[RunSpec], began: float) -> list[int]:
    """Perform runs on one backend; returns the exit code of each."""
    codes: list[int] = []
    first = specs[0]
    with (
        create(first.backend.use, first.backend.workers, first.backend_options) as backend,
        Syncer(job.sync) as syncer,
    ):
        for spec in specs:
            job.mark(spec)
            try:
                _perform_one(job, spec, backend, Attempt(began=began, syncer=syncer))
                codes.append(0)
            except InputError as error:
                if not job.others:
                    raise
                _complain(error, codes)
            except EvosweepError as error:
                _complain(error, codes)
            began = time.time()
    return codes


def _perform_one(job: JobFolder, spec: RunSpec, backend: Backend, attempt: Attempt) -> None:
    if job.others:
        spec.check()
    folder = run_folder(job.out, spec, job.several)
    keep_sources(spec, folder.sources)
    of_job = replace(
        attempt,
        fresh=_is_stale(job, folder),
        lost=job.lost(spec),
        sync=job.sync,
        mixed=job.mixed,
        order=job.order,
    )
    _tell(spec, run_one(spec, folder, backend, of_job))


def _complain(error: EvosweepError, codes: list[int]) -> None:
    codes.append(error.exit_code)
    lines.complain(f"evosweep: error: {error}")


def _together(codes: list[int]) -> int:
    """Combine the exit codes of runs into that of the job."""
    failures = {code for code in codes if code}
    if failures <= {Locked.exit_code}:
        return max(failures, default=0)
    return InputError.exit_code if InputError.exit_code in failures else 1


def _is_stale(job: JobFolder, folder: RunFolder) -> bool:
    """Return True if `--fresh` must discard the folder: it is older than this job."""
    if not job.fresh:
        return False
    with suppress(OSError, JournalCorrupt, StopIteration):
        _, first = next(read_behind(folder.journal, 0))
        return not (isinstance(first, Session) and first.started >= job.started)
    return True


def _tell(spec: RunSpec, record: Record) -> None:
    name = f"{spec.problem.name or spec.problem.use} {spec.algorithm.name or spec.algorithm.use}"
    where = f"{spec.backend.use} x{spec.backend.workers}"
    grown = f", grown from {record.grown_from}" if record.grown_from else ""
    lines.tell(
        f"{record.run_id}  {name}, seed {spec.seed}, {where}: best {_number(record.best)}, "
        f"{record.evaluations:,} evaluations, {record.timings['total']:.2f} s, "
        f"population {record.population_digest[:12]}{grown}"
    )


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Show a warning of evosweep's own in one line, and all others as Python does."""
    if issubclass(category, TornTail | NotExtended):
        lines.complain(f"evosweep: warning: {message}")
    else:
        _shown_by_python(message, category, filename, lineno, file=file, line=line)


_shown_by_python = warnings.showwarning


def _number(best: object) -> str:
    if isinstance(best, tuple):
        return "(" + ", ".join(map(_number, best)) + ")"
    return f"{best:g}" if isinstance(best, float) else str(best)
