"""Start a process that tries mutants: it imports nothing of evosweep before a fork has a mutant."""

import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from digests import digest
from mutant import ROOT, Mutant

_PROGRAM = Path(__file__).with_name("trial.py")


def try_out(
    mutants: Sequence[Mutant],
    digests: Mapping[str, str],
    folder: Path,
    *,
    at_once: int,
    until: float = math.inf,
    passed: Sequence[Sequence[str]] = (),
) -> None:
    """Try mutants, and keep each outcome at once in a folder; beside it, what is known of tests.

    Parameters
    ----------
    digests
        The tests, with their digests.
    at_once
        Number of mutants that are tried at the same time.
    until
        The time after which no other mutant is begun, in seconds since the epoch.
    passed
        For each mutant the digests of tests that are known to pass with it.
    """
    measured = folder.with_name("measured")
    measured.mkdir(parents=True, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    job = {
        "tests": list(digests), "digests": dict(digests), "at_once": at_once, "until": until,
        "folder": str(folder), "measured": str(measured / digest("\n".join(sorted(digests)))),
        "mutants": list(map(asdict, mutants)), "passed": passed or [[] for _ in mutants],
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
