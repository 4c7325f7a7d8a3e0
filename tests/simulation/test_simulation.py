"""Thousands of simulated faults: every run ends with the population of the undisturbed one."""

from pathlib import Path
from tempfile import mkdtemp
from unittest.mock import patch

import disturbed
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from schedule import KINDS, Event, Schedule, drawn
from simulation import Simulation, Wrong, outcome_of, simulate, undisturbed

from evosweep.evaluation.batch import Batch
from evosweep.evaluation.evaluator import Evaluator
from evosweep.records.journal_file import JournalFile

SCHEDULES, PARTS = 2000, 8


@pytest.mark.thorough
@pytest.mark.parametrize("part", range(PARTS))
def test_every_schedule_ends_as_the_undisturbed_run(part: int) -> None:
    """`make simulate` takes a hundred thousand; a seed in a message repeats its schedule."""
    for seed in range(part, SCHEDULES, PARTS):
        assert not (wrong := outcome_of(seed)[2]), f"python tests/simulation --seed {seed}: {wrong}"


@pytest.mark.parametrize("program", disturbed.PROGRAMS)
def test_each_kind_of_program_and_of_fault(program: str) -> None:
    """One session for each kind of fault, early and late; each of the faults does happen."""
    for step in (1, 9):
        sessions = tuple((Event(step, kind),) for kind in KINDS)
        schedule = Schedule(program, workers=2, watched=True, sessions=sessions, seed=step)
        seen = simulate(schedule)
        assert set(seen) >= {"kill", "power", "stop"}


class Disturbed(RuleBasedStateMachine):
    """Sessions as Hypothesis makes them up, and shortens them where one fails."""

    @initialize(
        program=st.sampled_from(disturbed.PROGRAMS),
        workers=st.integers(1, 4),
        watched=st.booleans(),
        seed=st.integers(0, 2**32),
    )
    def begin(self, program: str, workers: int, watched: bool, seed: int) -> None:
        schedule = Schedule(program, workers, watched, sessions=(), seed=seed)
        self.simulation = Simulation(schedule, Path(mkdtemp()))

    @rule(
        events=st.lists(
            st.builds(Event, st.integers(0, 60), st.sampled_from(KINDS)), min_size=1, max_size=6
        )
    )
    def work(self, events: list[Event]) -> None:
        self.simulation.session(sorted(events, key=lambda event: event.step))

    def teardown(self) -> None:
        if hasattr(self, "simulation"):
            self.simulation.end()


Disturbed.TestCase.settings = settings(max_examples=30, stateful_step_count=5, deadline=None)
TestDisturbed = pytest.mark.thorough(Disturbed.TestCase)


def _is_noticed(seeds: int) -> bool:
    for seed in range(seeds):
        try:
            simulate(drawn(seed, disturbed.PROGRAMS))
        except (Wrong, KeyError):
            return True
    return False


def _nothing(*_: object) -> None:
    """In the place of a function of the journal's file."""


def _exchanged(self: Evaluator, batch: Batch) -> object:
    """The results of a batch, of which the first two are exchanged."""
    fitnesses = _results(self, batch)
    return [*reversed(fitnesses[:2]), *fitnesses[2:]]


_results = Evaluator._results


@pytest.mark.parametrize(
    ("where", "what", "instead"),
    [
        (JournalFile, "_sync_name", _nothing),
        (JournalFile, "loss", _nothing),
        (JournalFile, "truncate", _nothing),
        (Evaluator, "_results", _exchanged),
    ],
    ids=[
        "names are not synced",
        "writers do not look for others",
        "torn tails stay",
        "fitnesses are exchanged",
    ],
)
def test_a_fault_of_the_product_is_noticed(where: type, what: str, instead: object) -> None:
    for program in disturbed.PROGRAMS:
        undisturbed(program)
    with patch.object(where, what, instead):
        assert _is_noticed(400)
