"""What happens to a run, and when: drawn from a seed, or by Hypothesis."""

import random
from dataclasses import dataclass

ENDS = ("kill", "power", "stop")
"""Kinds that end a session: SIGKILL, a power failure, Ctrl-C."""
DISK = ("full", "unsynced")
"""Kinds of errors of the disk: it is full, a sync fails."""
WORKERS = ("lost", "lost after", "lost idle", "unknown", "timeout", "twice")
"""A worker dies at an evaluation, after it, at none, nobody knows at which, at its deadline; or a
result comes twice.
"""
OTHERS = ("sync", "taken over")
"""The journal is synced, as it is once a second; another host takes the run over."""
KINDS = (*ENDS, *DISK, *WORKERS, *OTHERS)


@dataclass(frozen=True)
class Event:
    """Something that happens at a step of a session, or as soon after it as it can."""

    step: int
    kind: str


@dataclass(frozen=True)
class Schedule:
    """A run from its first session to its last."""

    program: str
    workers: int
    watched: bool
    """Whether evaluations have a timeout, so that none is made in the run's own process."""
    sessions: tuple[tuple[Event, ...], ...]
    """The events of each session; an undisturbed one follows."""
    seed: int
    """Of what no event decides: who is next, how long it takes, which sectors survive."""


def drawn(seed: int, programs: tuple[str, ...]) -> Schedule:
    """The schedule of a seed."""
    chance = random.Random(seed)
    sessions = tuple(_session(chance) for _ in range(chance.randint(1, 4)))
    return Schedule(
        program=chance.choice(programs),
        workers=chance.randint(1, 4),
        watched=chance.random() < 0.3,
        sessions=sessions,
        seed=seed,
    )


def _session(chance: random.Random) -> tuple[Event, ...]:
    longest = chance.choice((10, 40, 160))
    kinds = (*ENDS, *KINDS)  # half of all sessions end early
    count = chance.choice((1, 1, 2, 3, 5, 8))
    events = (Event(chance.randrange(longest), chance.choice(kinds)) for _ in range(count))
    return tuple(sorted(events, key=lambda event: event.step))
