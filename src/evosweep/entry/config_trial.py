"""The program that tries the problems of a config: `evosweep check` starts one for each problem.

It reads specs from its standard input, one JSON text per line, and writes to the file descriptor
that its first argument names: one JSON text per spec, before it begins (the number alone) and
after (the number, whose mistake it is, what is wrong, and whether the algorithm was called). What
the user's code prints is lost.
"""

import json
import os
import sys
from typing import TextIO

from evosweep.processes import guard, safe_path


def main(out: TextIO) -> None:
    """Try every spec; the problem of each is built once, and tried with each algorithm."""
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
