"""Ones, with a gate that lets evaluations on after so many.

While there is a file named `hungry` beside the gate, each evaluation takes 400 MB.
"""

import itertools
import time
from pathlib import Path
from typing import Any

from deap import base

from evosweep.problems.onemax import onemax


def build(gate: str = "", after: int = 25) -> base.Toolbox:
    toolbox = onemax(bits=20)
    done, plain = itertools.count(), toolbox.evaluate

    def evaluate(individual: Any) -> Any:
        waits = gate and next(done) >= after
        while True:
            if gate and Path(gate).with_name("hungry").exists():
                bytearray(b"x") * (400 * 2**20)
            if not waits or Path(gate).exists():
                return plain(individual)
            time.sleep(0.02)

    toolbox.register("evaluate", evaluate)
    return toolbox
