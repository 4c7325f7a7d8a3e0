"""Start a process that tries mutants: it imports nothing of evosweep before a fork has a mutant."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from kept import stamp_of
from mutant import ROOT, Mutant

_PROGRAM = Path(__file__).with_name("trial.py")


def try_out(
    mutants: Sequence[Mutant], tests: Sequence[str], folder: Path, *, measured: Path, at_once: int
) -> None:
    """Try mutants, and keep each outcome at once in a folder.

    Parameters
    ----------
    tests
        Files of tests, or the names of some.
    measured
        The file with the seconds and the calls of these tests; made if it is missing.
    at_once
        Number of mutants that are tried at the same time.
    """
    job = {
        "tests": tests, "measured": str(measured), "at_once": at_once, "folder": str(folder),
        "mutants": list(map(asdict, mutants)),
        "stamps": {mutant.module: stamp_of(mutant.module, tests) for mutant in mutants},
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch, "job").write_text(json.dumps(job), encoding="utf-8")
        with Path(scratch, "log").open("w+", encoding="utf-8") as log:
            done = subprocess.run(
                [sys.executable, _PROGRAM, Path(scratch, "job")], stdout=log, check=False,
                cwd=ROOT, env=os.environ | {"TMPDIR": scratch},
            )  # fmt: skip
            if done.returncode:
                log.seek(0)
                sys.exit(f"{mutants[0].module}: {log.read()[-3000:]}")
