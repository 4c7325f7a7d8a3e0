"""Evaluations by SCOOP's workers, in a program that was started by `python -m scoop`.

SCOOP's own map starts one future for each item; here one future evaluates a chunk. Where there are
many workers, the origin, which runs the program, evaluates nothing: it would make chunks and record
results only between its own evaluations, and all others would wait for it. When an idle worker or
the broker dies, SCOOP waits for ever. So `evosweep.supervision` watches them from outside and
starts the whole group again.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from evosweep.backends.protocol import Lost, Result, Value, Work
from evosweep.backends.scoop_asking import asking
from evosweep.errors import InputError
from evosweep.processes import lines

_MANY = 32
"""From so many workers on, one that does not evaluate costs less than results that wait for it."""


class Scoop:
    """The workers of `python -m scoop -n N`; the origin is one of them unless they are many."""

    overhead = 0.004
    watches = False
    local = False
    elsewhere = False

    def __init__(self, workers: int = 1) -> None:
        import scoop

        if not scoop.IS_RUNNING:
            # SCOOP itself would evaluate serially without a word.
            raise InputError(
                "backend scoop: this program was not started by SCOOP; "
                f"call it as: python -m scoop --host 127.0.0.1 -n {workers} PROGRAM"
            )
        self._size = int(scoop.SIZE)
        self._only_directs = bool(scoop.IS_ORIGIN) and self._size >= _MANY
        self.workers = self._size - self._only_directs
        self._is_exposed = scoop.IS_ORIGIN and not hasattr(scoop, "EVOSWEEP_PRIVATE")

    def __enter__(self) -> Self:
        if self._is_exposed:  # `evosweep run` starts it in a way that nobody else reaches
            lines.complain(
                "evosweep: warning: SCOOP listens on every network interface and runs what anybody "
                "sends; where others reach this machine, start the program by python -m "
                f"evosweep.entry.private_scoop -m scoop -n {self._size} PROGRAM"
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """SCOOP ends with the program."""

    def run(self, chunks: Iterator[Work[Result]]) -> Iterator[tuple[int, Result | Lost]]:
        """Yield every chunk at once: SCOOP's broker hands them out one by one as workers ask."""
        if not self._only_directs:
            yield from _results(chunks)
            return
        with _asking_for_nothing():
            yield from _results(_SentAway(chunks))

    def submit(self, call: Callable[[], Value]) -> "Future[Value]":
        """SCOOP's own future of a call."""
        from scoop import futures

        future: Future[Value] = futures.submit(_call, call)
        return future

    def as_completed(self, futures: "Iterable[Future[Value]]") -> "Iterator[Future[Value]]":
        """SCOOP's futures as they finish."""
        import scoop.futures

        return iter(scoop.futures.as_completed(list(futures)))


def _results(chunks: Iterator[Work[Result]]) -> Iterator[tuple[int, Result | Lost]]:
    from scoop import futures

    pending: dict[Future[Result], int] = {}
    while _submit_all(chunks, pending):
        for future in futures.as_completed(list(pending)):
            # SCOOP yields a future twice if it ended before the call and is still queued.
            number = pending.pop(future, None)
            if number is None:
                continue
            yield number, future.result()
            if _submit_all(chunks, pending, only_new=True):
                break


@contextmanager
def _asking_for_nothing() -> Iterator[None]:
    """Let this process ask the broker for no future, however empty its own queue is."""
    from scoop import _control

    queue = _control.execQueue
    before, queue.lowwatermark = queue.lowwatermark, -1.0
    try:
        yield
    finally:
        queue.lowwatermark = before


class _SentAway(Iterator[Work[Result]]):
    """Chunks whose futures go to the broker, each before the next chunk is taken.

    SCOOP itself keeps at least one future for the process that submits it. After their end, the
    chunks may go on with later ones.
    """

    def __init__(self, chunks: Iterator[Work[Result]]) -> None:
        self._chunks = chunks

    def __next__(self) -> Work[Result]:
        from scoop import _control

        queue = _control.execQueue
        while queue.movable:
            queue.socket.sendFuture(queue.movable.popleft())
        return next(self._chunks)


def _submit_all(
    chunks: Iterator[Work[Result]], pending: "dict[Future[Result], int]", *, only_new: bool = False
) -> bool:
    """Submit all chunks; returns True if any is pending or, with `only_new`, if any is new."""
    from scoop import futures

    before = len(pending)
    for chunk in chunks:
        pending[futures.submit(_work, chunk)] = chunk.number
    return len(pending) > (before if only_new else 0)


def _call(call: Callable[[], Value]) -> Value:
    return call()


def _work(chunk: Work[Result]) -> Result:
    import scoop

    # Where workers are few, a chunk that waits beside one would keep another one idle.
    if not scoop.IS_ORIGIN and scoop.SIZE >= _MANY:
        asking().begin(is_followed=chunk.followed)
    return chunk.work()
