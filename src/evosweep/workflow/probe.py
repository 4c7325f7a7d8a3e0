"""A short trial of problems, in a process of its own, that tells how long an evaluation takes."""

import json
import subprocess
import sys
import tempfile
from contextlib import suppress

from evosweep.config.spec import RunSpec
from evosweep.processes import kill
from evosweep.supervision import variables

_LIMIT = 10.0  # seconds for all problems; of those that it does not reach nothing is known
_MOST = 50  # problems


def probe(runs: list[RunSpec]) -> dict[str, float]:
    """Return the seconds of an evaluation, by the canonical text of the problem of each run.

    Problems that fail, or are slow, are not among them: the run itself tells what is wrong.
    """
    chosen = runs[:_MOST]
    lines = "".join(f"{json.dumps(run.to_dict())}\n" for run in chosen)
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "evosweep.entry.cost_probe", str(told.fileno())],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            pass_fds=[told.fileno()], env=variables.for_workers(), start_new_session=True,
        )  # fmt: skip
        try:
            with suppress(subprocess.TimeoutExpired):
                process.communicate(lines.encode(), timeout=_LIMIT)
        finally:
            kill.group(process)
        told.seek(0)
        rows = [json.loads(line) for line in told.read().splitlines() if line.endswith(b"]")]
    return {chosen[number].problem.canonical: float(seconds) for number, seconds in rows}
