"""The program that measures an evaluation of each problem; the workflow runs it before it plans.

It reads specs from its standard input, one JSON text per line. For each, it writes the number of
the line and the seconds of one evaluation to the file descriptor that its first argument names.
"""

import json
import os
import sys
from typing import TextIO

from evosweep.processes import guard, safe_path


def main(out: TextIO) -> None:
    """Measure one evaluation of every spec."""
    from evosweep.config.spec import RunSpec
    from evosweep.run.trial import seconds_of_evaluation

    for number, line in enumerate(sys.stdin):
        seconds = seconds_of_evaluation(RunSpec.parse(line))
        if seconds is not None:
            print(json.dumps([number, seconds]), file=out, flush=True)


if __name__ == "__main__":
    guard.follow_supervisor()
    safe_path.release()
    results = os.fdopen(int(sys.argv[1]), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    main(results)
