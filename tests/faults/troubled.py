"""A problem that can be told to misbehave; an individual in trouble starts with `MARK`.

The first such individual is not the first of its batch, which may be evaluated without a worker.
"""

import os
import random
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

from deap import base, creator, tools

MARK = [1, 0, 1, 1]
ALWAYS = ("naps",)  # what happens to every individual


def build(
    seconds: float = 0.0,
    trouble: str = "",
    bits: int = 20,
    once: str = "",
    pause: float = 0.0,
    hurry: str = "",
) -> base.Toolbox:
    """`trouble` is a function of this module; it happens once where a file `once` is named.

    `seconds` are those of an evaluation, until a file `hurry` is there; `pause` those of a
    selection, when workers are idle.
    """
    creator.create("TroubledFitness", base.Fitness, weights=(1.0,))
    creator.create("Troubled", list, fitness=creator.TroubledFitness)
    toolbox = base.Toolbox()
    toolbox.register("bit", random.randint, 0, 1)
    toolbox.register("individual", tools.initRepeat, creator.Troubled, toolbox.bit, bits)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("mate", tools.cxTwoPoint)
    toolbox.register("mutate", tools.mutFlipBit, indpb=0.1)
    toolbox.register("select", _select, pause)
    unpicklable = threading.Lock()

    def evaluate(individual: Any) -> Any:
        with unpicklable:
            time.sleep(0.0 if hurry and Path(hurry).exists() else seconds)
        due = trouble and (individual[:4] == MARK or trouble in ALWAYS)
        if due and not (once and _already(once)):
            returned = globals()[trouble](individual)
            if returned is not None:
                return returned
        return (sum(individual),)

    toolbox.register("evaluate", lambda individual: evaluate(individual))  # noqa: PLW0108
    return toolbox


def _select(pause: float, population: Any, k: int) -> Any:
    time.sleep(pause)
    return tools.selTournament(population, k, tournsize=3)


def _already(path: str) -> bool:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return True
    return False


def raises(_: Any) -> None:
    raise ZeroDivisionError("nothing divides this")


def kills(_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hangs(_: Any) -> None:
    starts_others(_)
    time.sleep(600)


def exits(_: Any) -> None:
    raise SystemExit(3)


def starts_others(_: Any) -> None:
    """As an evaluation does that calls a simulator; one of the two leaves the group."""
    subprocess.Popen(["sleep", "600"])
    subprocess.Popen(["sleep", "600"], start_new_session=True)


def nan(_: Any) -> tuple[float]:
    return (float("nan"),)


def infinity(_: Any) -> tuple[float]:
    return (float("inf"),)


def text(_: Any) -> tuple[str]:
    return ("high",)


def two(_: Any) -> tuple[float, float]:
    return (1.0, 2.0)


def draws(_: Any) -> None:
    random.random()


def draws_numpy(_: Any) -> None:
    import numpy

    numpy.random.random()


def changes(individual: Any) -> None:
    individual[7] = 1 - individual[7]


def clock(toolbox: Any, *, note: str, **_: Any) -> Any:
    """An algorithm that is not deterministic: its second batch depends on the clock."""
    population = toolbox.population(n=10)
    for batch in range(3):
        for individual, fitness in zip(
            population, toolbox.map(toolbox.evaluate, population), strict=True
        ):
            individual.fitness.values = fitness
        if batch == 1 and not Path(note).exists():
            Path(note).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        population = [toolbox.clone(individual) for individual in population]
        if batch == 0:
            population[3][0] = time.time_ns()
    return population


def dies(*_: Any, **__: Any) -> Any:
    """An algorithm that never comes to evaluate anything."""
    os.kill(os.getpid(), signal.SIGKILL)


def naps(individual: Any) -> None:
    """Evaluations end in another order than they began."""
    time.sleep(0.004 * sum(individual[4:10]))


def leaves_a_process(individual: Any) -> None:  # noqa: ARG001
    """A program of its own session, which a thread awaits, as libraries of processes do."""
    child = subprocess.Popen(["sleep", "600"], start_new_session=True)
    threading.Thread(target=child.wait).start()


def takes_the_last_word(individual: Any) -> None:  # noqa: ARG001
    """What a full TMPDIR does at worst: how the working process ended is never told."""
    job = Path(os.environ["EVOSWEEP_BOARD"]).parent
    (job / "outcome.json").unlink(missing_ok=True)
