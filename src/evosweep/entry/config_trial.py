"""The program that tries the problems of a config: `evosweep check` starts one for each problem.

It reads specs from its standard input, one JSON text per line. It writes two JSON texts per spec to
the file descriptor that its first argument names: the number of the spec before the trial, and
after it the number, whose mistake it is, the mistake, and true if the algorithm was called. Output
of the user's code is dropped.
"""

import json
import os
import sys
from typing import TextIO

from evosweep.processes import guard, safe_path


def main(out: TextIO) -> None:
    """Try every spec. The problem is built once and then tried with each algorithm."""
    from evosweep.config.spec import RunSpec
    from evosweep.run.trial import evolution_mistake, problem_mistake

    broken: dict[str, str] = {}
    for number, line in enumerate(sys.stdin):
        print(json.dumps([number]), file=out, flush=True)
        spec = RunSpec.parse(line)
        problem = spec.problem.canonical
        whose, mistake = "", ""
        if problem not in broken:
            broken[problem] = mistake = problem_mistake(spec)
            whose = "problem"
        called = not broken[problem]
        if called:
            whose, mistake = evolution_mistake(spec)
        print(json.dumps([number, whose, mistake, called]), file=out, flush=True)


if __name__ == "__main__":
    guard.follow_supervisor()
    safe_path.release()
    results = os.fdopen(int(sys.argv[1]), "w", encoding="utf-8")
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, 1)
    main(results)
