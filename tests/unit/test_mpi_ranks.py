"""Messages between rank 0 and the others, over a world in which a test moves both ends."""

import operator
import pickle
import sys
import threading
from collections import deque
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from evosweep.backends import mpi_ranks
from evosweep.backends.answers import answer
from evosweep.backends.mpi import Mpi
from evosweep.backends.mpi_ranks import Ranks, serve
from evosweep.errors import InputError

CHUNK, RESULT, FAREWELL = mpi_ranks._CHUNK, mpi_ranks._RESULT, mpi_ranks._FAREWELL
SESSION = mpi_ranks._SESSION


class Request:
    """A message that is under way until its receiver has it."""

    def __init__(self, message: bytes) -> None:
        self.message, self.received = message, False

    def Test(self) -> bool:
        return self.received

    def Wait(self) -> None:
        assert self.received


class World:
    """MPI's world as one rank sees it."""

    def __init__(self, mail: dict[tuple[int, int], deque[tuple[int, Request]]], rank: int) -> None:
        self.mail, self.rank = mail, rank

    def Iprobe(self, _: int, tag: int, status: Any) -> bool:
        letters = self.mail.get((self.rank, tag))
        if letters:
            status.source, status.size = letters[0][0], len(letters[0][1].message)
        return bool(letters)

    def Recv(self, buffer: list[Any], source: int, tag: int) -> None:
        sender, request = self.mail[self.rank, tag].popleft()
        assert sender == source
        buffer[0][:] = request.message
        request.received = True

    def Isend(self, message: list[Any], rank: int, tag: int) -> Request:
        request = Request(bytes(message[0]))
        self.mail.setdefault((rank, tag), deque()).append((self.rank, request))
        return request


class Status:
    source, size = 0, 0

    def Get_source(self) -> int:
        return self.source

    def Get_count(self, _: object) -> int:
        return self.size


class Fake:
    """mpi4py's `MPI`, for each thread of the test as of the rank that it plays."""

    BYTE, ANY_SOURCE, Status = "byte", -1, Status

    def __init__(self) -> None:
        self._place = threading.local()
        self.mail: dict[tuple[int, int], deque[tuple[int, Request]]] = {}

    @property
    def COMM_WORLD(self) -> World:
        return self.world(getattr(self._place, "rank", 0))

    def world(self, rank: int) -> World:
        return World(self.mail, rank)

    def serve(self, rank: int, session: int) -> threading.Thread:
        def play() -> None:
            self._place.rank = rank
            serve(session)

        thread = threading.Thread(target=play)
        thread.start()
        return thread


@pytest.fixture
def mpi(monkeypatch: pytest.MonkeyPatch) -> Fake:
    fake = Fake()
    monkeypatch.setitem(sys.modules, "mpi4py", SimpleNamespace(MPI=fake))
    return fake


class Item:
    batch, indices = 0, (0,)

    def __init__(self, number: int) -> None:
        self.number = number


class Executor:
    """Calls that a test ends."""

    def __init__(self) -> None:
        self.sessions: list[int] = []
        self.calls: list[Any] = []

    def submit(self, _: Any, session: int) -> Any:
        self.sessions.append(session)
        self.calls.append(SimpleNamespace(done=lambda: False, exception=lambda: None))
        return self.calls[-1]


def sent_to(mpi: Fake, rank: int) -> int:
    """Take the next chunk of a rank; returns its number."""
    _, request = mpi.mail[rank, CHUNK].popleft()
    request.received = True
    return pickle.loads(request.message[SESSION.size :]).__self__._chunk.number


def reply(mpi: Fake, rank: int, session: int, data: bytes) -> None:
    mpi.world(rank).Isend([SESSION.pack(session) + data], 0, RESULT)


def answers(ranks: Ranks[Any], seconds: float = 60) -> list[tuple[int, Any, Any]]:
    return [(each.chunk.number, each.result, each.error) for each in ranks.replies(seconds)]


def test_each_rank_has_a_chunk_before_one_has_two_and_the_idle_ones_are_first(mpi: Fake) -> None:
    executor = Executor()
    ranks: Ranks[Any] = Ranks(executor, 2)  # type: ignore[arg-type]
    session = executor.sessions[0]
    for number in range(4):
        assert ranks.has_room
        ranks.send(Item(number), "board")  # type: ignore[arg-type]
    assert not ranks.has_room
    assert [sent_to(mpi, rank) for rank in (1, 2, 1, 2)] == [0, 1, 2, 3]
    for value in "ab":
        reply(mpi, 2, session, answer(pickle.dumps(partial(str, value))))
    assert answers(ranks) == [(1, "a", None), (3, "b", None)]
    assert ranks.in_flight == 2
    reply(mpi, 1, session, answer(pickle.dumps(partial(str, "c"))))
    assert answers(ranks) == [(0, "c", None)]
    ranks.send(Item(4), "board")  # type: ignore[arg-type]
    assert sent_to(mpi, 2) == 4


def test_what_nobody_waits_for_is_thrown_away(mpi: Fake) -> None:
    executor = Executor()
    ranks: Ranks[Any] = Ranks(executor, 1)  # type: ignore[arg-type]
    session = executor.sessions[0]
    ranks.send(Item(0), "board")  # type: ignore[arg-type]
    ranks.begin()
    assert ranks.in_flight == 0
    ranks.send(Item(1), "board")  # type: ignore[arg-type]
    assert [sent_to(mpi, 1), sent_to(mpi, 1)] == [0, 1]
    reply(mpi, 1, session - 1, b"of another session")
    reply(mpi, 1, session, b"the one that was forgotten")
    reply(mpi, 1, session, b"no pickle")
    ((number, result, error),) = answers(ranks)
    assert (number, result, type(error)) == (1, None, pickle.UnpicklingError)
    assert answers(ranks, 0.01) == []


def test_a_rank_that_ends_its_call_tells_why(mpi: Fake) -> None:  # noqa: ARG001
    executor = Executor()
    ranks: Ranks[Any] = Ranks(executor, 2)  # type: ignore[arg-type]
    assert ranks.errors == []
    error = ImportError("no evosweep there")
    executor.calls[1].done, executor.calls[1].exception = lambda: True, lambda: error
    assert ranks.errors == [error]


def test_a_rank_answers_in_order_until_the_farewell(mpi: Fake) -> None:
    parent = mpi.world(0)
    calls = [partial(operator.neg, 1), partial(operator.truediv, 1, 0), partial(operator.neg, 2)]
    parent.Isend([SESSION.pack(6) + b"of another session"], 3, CHUNK)
    for call in calls:
        parent.Isend([SESSION.pack(7) + pickle.dumps(call)], 3, CHUNK)
    thread = mpi.serve(3, 7)
    values, status = [], Status()
    while len(values) < 3:
        if parent.Iprobe(-1, RESULT, status):
            buffer = bytearray(status.size)
            parent.Recv([buffer, "byte"], 3, RESULT)
            values.append(pickle.loads(buffer[SESSION.size :]))
    assert [(value, type(error)) for value, error in values] == [
        (-1, type(None)), (None, ZeroDivisionError), (-2, type(None)),
    ]  # fmt: skip
    parent.Isend([SESSION.pack(7)], 3, FAREWELL)
    thread.join(60)
    assert not thread.is_alive()
    assert not mpi.mail[3, FAREWELL]


def test_a_rank_leaves_though_nobody_takes_its_answer(mpi: Fake) -> None:
    parent = mpi.world(0)
    parent.Isend([SESSION.pack(7) + pickle.dumps(partial(operator.neg, 1))], 1, CHUNK)
    thread = mpi.serve(1, 7)
    while not mpi.mail.get((0, RESULT)):
        pass
    parent.Isend([SESSION.pack(7) + b""], 1, FAREWELL)
    thread.join(60)
    assert not thread.is_alive()
    assert not mpi.mail[1, FAREWELL]


def test_a_second_backend_is_told_that_the_ranks_are_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = object.__new__(Mpi), object.__new__(Mpi)
    monkeypatch.setattr(Mpi, "_holder", first)
    with pytest.raises(InputError, match="another one in this program has the ranks"):
        second._taken()
