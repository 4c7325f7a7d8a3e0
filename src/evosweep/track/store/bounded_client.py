"""Bound what MLflow's own client takes from a server while evosweep writes by it.

The client reads an answer whole, however long it is and however slowly it comes, and asks for one
page after the other. So each answer gets a number of bytes and of seconds, and each step a number
of requests. Other uses of the client in the same process are not affected.
"""

from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import cache, wraps
from typing import Any

from evosweep.track.store import bounded, patience
from evosweep.track.store.bounded import LARGEST_ANSWER, within
from evosweep.track.store.patience import Result

REQUESTS = 100_000
"""Most requests of one step; a run of a million values needs thousand."""
_left: ContextVar[int | None] = ContextVar("requests of the present step", default=None)


def persist(step: Callable[[], Result], shown: str) -> Result:
    """Do as `patience.persist`, within these bounds."""
    _bind_client()

    def bound() -> Result:
        token = _left.set(REQUESTS)
        try:
            return step()
        finally:
            _left.reset(token)

    return patience.persist(bound, shown)


@cache
def _bind_client() -> None:
    """Let the transport of `requests`, which MLflow's client uses, keep to the bounds of a step."""
    from requests.adapters import HTTPAdapter

    send: Any = HTTPAdapter.send

    @wraps(send)
    def bound(*args: Any, **options: Any) -> Any:
        left = _left.get()
        if left is None:
            return send(*args, **options)
        if left == 0:
            raise OSError(f"it has no end after {REQUESTS} requests")
        _left.set(left - 1)
        return _answer(lambda: send(*args, **options))

    setattr(HTTPAdapter, "send", bound)  # noqa: B010 - a method, for mypy


def _answer(send: Callable[[], Any]) -> Any:
    """Return an answer that is read whole already."""
    answers: list[Any] = []

    def step() -> None:
        response = send()
        response.raw = _BoundedBody(response.raw)
        assert response.content is not None  # read now, and kept by the response
        answers.append(response)

    try:
        within(bounded.SECONDS, step)
    except TimeoutError:
        raise OSError(f"its answer was not complete after {bounded.SECONDS:g} s") from None
    return answers[0]


class _BoundedBody:
    """The body of an answer, up to so many bytes, counted after decompression."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)

    def stream(self, *args: Any, **options: Any) -> Iterator[bytes]:
        left = LARGEST_ANSWER
        for chunk in self._raw.stream(*args, **options):
            left -= len(chunk)
            if left < 0:
                self._raw.close()
                raise OSError(f"its answer has more than {LARGEST_ANSWER} bytes")
            yield chunk
