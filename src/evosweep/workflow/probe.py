"""Measure how long an evaluation takes, in a short trial in another process."""

import json
import subprocess
import sys
import tempfile
from contextlib import suppress

from evosweep.config.spec import RunSpec
from evosweep.processes import kill
from evosweep.supervision import variables

_LIMIT = 10.0  # seconds for all problems; the rest stays without a measurement
_MOST = 50  # most problems


def probe(runs: list[RunSpec]) -> dict[str, float]:
    """Return the seconds of an evaluation, by the canonical text of each run's problem.

    Problems that fail or are slow are left out: the run itself will report an error.
    """
    chosen = runs[:_MOST]
    lines = "".join(f"{json.dumps(run.to_dict())}\n" for run in chosen)
    with tempfile.TemporaryFile() as answers:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "evosweep.entry.cost_probe", str(answers.fileno())],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            pass_fds=[answers.fileno()], env=variables.for_workers(), start_new_session=True,
        )  # fmt: skip
        try:
            with suppress(subprocess.TimeoutExpired):
                process.communicate(lines.encode(), timeout=_LIMIT)
        finally:
            kill.group(process)
        answers.seek(0)
        rows = [json.loads(line) for line in answers.read().splitlines() if line.endswith(b"]")]
    return {chosen[number].problem.canonical: float(seconds) for number, seconds in rows}
