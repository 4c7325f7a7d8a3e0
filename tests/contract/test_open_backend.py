"""`open_backend` in a program of a user's own: as Pool and executors are used there."""

import asyncio
import multiprocessing
import os
import random
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, as_completed, wait
from pathlib import Path
from typing import Any

import engines
import kinds_of_individuals as kinds
import numpy
import pytest
from deap import creator, gp

from evosweep import open_backend
from evosweep.backends.table import BACKENDS
from evosweep.errors import InputError, RunError
from evosweep.evaluation import open_map
from evosweep.evaluation.open_map import OpenBackend


@pytest.fixture(scope="module")
def pool() -> Iterator[OpenBackend]:
    """A pool whose calls are all made by workers."""
    with open_backend("pool", 2) as opened:
        assert opened._dispatcher
        opened._dispatcher.workers_only = True
        yield opened


@pytest.mark.parametrize("what", kinds.individuals())
def test_workers_are_given_what_python_s_map_gives(pool: OpenBackend, what: str) -> None:
    batch = kinds.individuals()[what]
    assert pool.map(kinds.described, batch) == [kinds.described(each) for each in batch]


def test_attributes_of_genes_and_classes_are_kept(pool: OpenBackend) -> None:
    costly = [kinds._costly(3), kinds._costly(4)]
    assert pool.map(kinds.costs, costly) == [[3], [4]]
    assert all(pool.map(kinds.is_own_class, [creator.KindsList([1]), kinds._with_fitness(1.0)]))


def test_two_iterables_are_two_arguments(pool: OpenBackend) -> None:
    hosts, parasites = [creator.KindsList([5])] * 2, [creator.KindsOther([1])] * 2
    assert pool.map(kinds.difference, hosts, parasites) == [["KindsList", "KindsOther", 4]] * 2


@pytest.mark.filterwarnings("ignore:Ephemeral:RuntimeWarning")
def test_a_constant_of_a_lambda_is_named(pool: OpenBackend) -> None:
    primitives = gp.PrimitiveSet("MAIN", 1)
    primitives.addEphemeralConstant("percent", lambda: 7)
    tree = gp.PrimitiveTree([primitives.terminals[primitives.ret][-1]()])
    with pytest.raises(InputError, match="the ephemeral constant 'percent', which was added with"):
        pool.map(len, [tree])


def test_what_holds_itself_is_no_endless_search(pool: OpenBackend) -> None:
    ring: list[Any] = [lambda: 0]
    ring.append(ring)
    with pytest.raises(InputError, match="map, item 0, item 0 cannot be sent"):
        pool.map(len, [ring])


def square(number: int, plus: int = 0) -> int:
    time.sleep(0.002)
    return number * number + plus


def _calls(opened: OpenBackend) -> list[Any]:
    return [
        opened.map(square, range(4), chunksize=2),
        opened.starmap(square, [(1, 2), (3, 4)]),
        list(opened.imap(square, range(5))),
        sorted(opened.imap_unordered(square, range(6), chunksize=2)),
        opened.apply(square, (2,), {"plus": 5}),
        opened.submit(square, 3).result(),
        opened.submit(square, 3, plus=1).result(timeout=30),
    ]


CALLED = [[0, 1, 4, 9], [3, 13], [0, 1, 4, 9, 16], [0, 1, 4, 9, 16, 25], 9, 9, 10]


def test_a_pool_s_and_an_executor_s_calls(pool: OpenBackend) -> None:
    assert _calls(pool) == CALLED
    with open_backend("serial") as serial:
        assert _calls(serial) == CALLED


def test_a_steady_state_of_submitted_calls(pool: OpenBackend) -> None:
    running = {pool.submit(square, number) for number in range(4)}
    values = []
    while running:
        done, running = wait(running, return_when=FIRST_COMPLETED)
        values += [future.result() for future in done]
        wanted = min(len(done), 30 - len(values) - len(running))
        running |= {pool.submit(square, 5) for _ in range(wanted)}
    assert sorted(values) == [0, 1, 4, 9, *[25] * 26]
    assert pool.map(square, [2]) == [4]
    assert [f.result() for f in as_completed([pool.submit(square, 1)])] == [1]


def cancelled(number: int) -> int:
    if number == 3:
        raise asyncio.CancelledError("stop")
    return number


def leaving(number: int) -> int:
    time.sleep(0.01)
    if number == 3:
        os._exit(3)
    return number


def failing(number: int) -> int:
    raise ValueError(number)


def test_what_is_no_exception_names_its_item(pool: OpenBackend) -> None:
    with pytest.raises(RunError, match=r"item 3: it raised CancelledError: stop; .*\(3,\)"):
        pool.map(cancelled, range(6))
    with pytest.raises(RunError, match="it raised CancelledError"):
        pool.submit(cancelled, 3).result()
    with pytest.raises(ValueError, match="7"):
        pool.submit(failing, 7).result()


def test_a_call_that_ends_its_process_is_named() -> None:
    with open_backend("pool", 2) as opened:
        with pytest.raises(RunError, match=r"item 3: .*killed its worker 3 times"):
            opened.map(leaving, range(6))
        futures = [opened.submit(leaving, number) for number in range(6)]
        with pytest.raises(RunError, match="killed its worker 3 times"):
            futures[3].result()
        assert [f.result() for i, f in enumerate(futures) if i != 3] == [0, 1, 2, 4, 5]


def _shuffled_sum(genes: list[float]) -> float:
    time.sleep(0.001)
    return sum(random.sample(genes, 3)) + float(numpy.random.random())


def test_draws_leave_the_program_s_generators_alone() -> None:
    """Where an evaluation draws, its values depend on the program's seed alone."""
    outcomes = set()
    for workers in (1, 2, 3):
        random.seed(3)
        with open_backend("pool", workers) as opened:
            values = [opened.map(_shuffled_sum, [[1.0, 2.0, 4.0, 8.0]] * 40) for _ in range(2)]
        assert values[0] != values[1]
        outcomes.add((str(values), random.random()))
    assert len(outcomes) == 1
    random.seed(3)
    assert outcomes.pop()[1] == random.random()


def _in_a_pool(number: int) -> int:
    with multiprocessing.Pool(1, initializer=lambda: None) as inner:
        return inner.map(abs, [number])[0]


def test_evaluations_start_processes_by_the_program_s_method(pool: OpenBackend) -> None:
    if multiprocessing.get_start_method() != "fork":
        pytest.skip("a closure is no initializer here, whoever starts the process")
    assert pool.map(_in_a_pool, [-1, -2]) == [1, 2]


def test_workers_are_as_many_as_the_container_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_map, "available_cpus", lambda: 3)
    assert open_backend("pool").workers == 3
    assert open_backend("serial").workers == 1


TOP = """
import sys
from evosweep import open_backend

def square(number):
    return number * number

"""
MAIN = """
def main():
    with open_backend(sys.argv[1], 2) as backend:
        print(backend.map(square, range(5)))

"""
UNGUARDED = {
    "with": "with open_backend(sys.argv[1], 2) as backend:\n    print(backend.map(square, [1]))\n",
    "main": MAIN + "main()\n",
}
GUARDED = {
    "main": MAIN + "if __name__ == '__main__':\n    main()\n",
    "made above": "backend = open_backend(sys.argv[1] if len(sys.argv) > 1 else 'pool', 2)\n\n"
    "if __name__ == '__main__':\n    with backend:\n        print(backend.map(square, range(5)))\n",
}
PARALLEL = [use for use, kind in BACKENDS.items() if not (kind.alone or kind.required)]


def _run(tmp_path: Path, use: str, program: str) -> subprocess.CompletedProcess[str]:
    script = tmp_path / "program.py"
    script.write_text(TOP + program)
    engines.require(use)
    command = [*BACKENDS[use].launch(2), str(script), use]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)


@pytest.mark.thorough
@pytest.mark.parametrize("program", UNGUARDED)
@pytest.mark.parametrize("use", PARALLEL)
def test_a_script_without_a_guard_is_told_at_once(tmp_path: Path, use: str, program: str) -> None:
    done = _run(tmp_path, use, UNGUARDED[program])
    told = [line for line in (done.stdout + done.stderr).splitlines() if "InputError:" in line]
    assert len(told) == 1, done
    assert "program.py, line " in told[0]
    assert told[0].endswith('put what starts the program below: if __name__ == "__main__":')


@pytest.mark.thorough
@pytest.mark.parametrize("program", GUARDED)
@pytest.mark.parametrize("use", PARALLEL)
def test_a_script_whose_top_level_starts_nothing_works(
    tmp_path: Path, use: str, program: str
) -> None:
    done = _run(tmp_path, use, GUARDED[program])
    assert "[0, 1, 4, 9, 16]" in done.stdout, done


def test_scoop_s_own_futures(tmp_path: Path) -> None:
    program = MAIN.replace(
        "print(backend.map(square, range(5)))",
        "print([backend.submit(square, n).result() for n in range(5)],\n"
        "              sorted(backend.imap_unordered(square, range(3))))",
    )
    done = _run(tmp_path, "scoop", program + "if __name__ == '__main__':\n    main()\n")
    assert "[0, 1, 4, 9, 16] [0, 1, 4]" in done.stdout, done


def test_a_closed_backend_refuses() -> None:
    closed = open_backend("pool", 2)
    for call in (lambda: closed.map(abs, [1]), lambda: closed.submit(abs, 1)):
        with pytest.raises(InputError, match="context manager"):
            call()
