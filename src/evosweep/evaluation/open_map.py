"""A backend in a user's own program: `open_backend`, its `map` and similar methods."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, as_completed
from functools import partial
from types import TracebackType
from typing import NamedTuple, Self, TypeVar

from evosweep.backends import table
from evosweep.backends.protocol import Backend, OwnFutures
from evosweep.errors import InputError
from evosweep.evaluation import current, main_guard
from evosweep.evaluation.dispatcher import Dispatcher
from evosweep.evaluation.open_batch import Drew, Task, mapped, seed_of_state
from evosweep.evaluation.open_calls import Arguments, Calls, travelling
from evosweep.evaluation.open_futures import BATCH, Submissions
from evosweep.evaluation.open_pickle import pickled
from evosweep.machine.cpus import available_cpus

Value = TypeVar("Value")


class OpenBackend:
    """`map` over a backend, for `toolbox.register("map", backend.map)`.

    As a context manager it starts and stops the workers. Every method raises `InputError` before
    the context is entered and after it is left.
    """

    def __init__(self, use: str, workers: int | None = None, **options: object) -> None:
        alone = table.backend_kind(use).alone
        self._use, self._count = use, workers or (1 if alone else available_cpus())
        self._options = options
        table.check(use, self._count, options)
        self._lock = threading.RLock()
        self._open: _Open | None = None
        self._batches = BATCH
        self._seed: int | None = None
        """The seed of calls; None until a call has drawn random numbers."""

    @property
    def workers(self) -> int:
        """Number of processes that evaluate."""
        return self._open.backend.workers if self._open else self._count

    def __enter__(self) -> Self:
        if not table.backend_kind(self._use).alone:
            main_guard.check(self._use)
        backend = table.create(self._use, self._count, self._options)
        backend.__enter__()
        self._open = _Open(backend, Dispatcher(backend), Submissions(backend, self._lock))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        opened = self._entered()
        opened.submissions.close(cancel=error is not None)
        self._open = None
        opened.backend.__exit__(kind, error, trace)

    def map(
        self,
        function: Callable[..., Value],
        *iterables: Iterable[object],
        chunksize: int | None = None,  # noqa: ARG002
        timeout: float | None = None,  # noqa: ARG002
    ) -> list[Value]:
        """Return the list that `map(function, *iterables)` yields, evaluated by the workers.

        Parameters
        ----------
        function, *iterables
            As for Python's `map`; the function and all items must pickle.
        chunksize, timeout
            For programs written for a pool; ignored, as measured costs decide the size of chunks.

        Raises
        ------
        InputError
            If `function` or an argument does not pickle; the message names the part.
        RunError
            If a call killed its worker three times, or raised something that is no `Exception`. Any
            other exception of `function` is raised as it is.
        """
        return self.starmap(function, zip(*iterables, strict=False))

    def starmap(
        self,
        function: Callable[..., Value],
        iterable: Iterable[Iterable[object]],
        chunksize: int | None = None,  # noqa: ARG002
    ) -> list[Value]:
        """Return the list that `itertools.starmap(function, iterable)` yields; else like `map`."""
        opened, rows = self._entered(), [tuple(row) for row in iterable]
        if not rows:
            return []
        with self._lock:
            self._batches += 1
            if opened.backend.local:
                current.enter(self._batches - 1)
                return _each(function, rows)
            try:
                return mapped(opened.dispatcher, Task(self._batches, function, rows, self._seed))
            except Drew:  # with a seed of its own, a call does not depend on its worker
                self._seed = seed_of_state()
                return mapped(opened.dispatcher, Task(self._batches, function, rows, self._seed))

    def submit(
        self, function: Callable[..., Value], /, *args: object, **keywords: object
    ) -> "Future[Value]":
        """Submit `function(*args, **keywords)`; returns its future, like an executor.

        It works with `concurrent.futures.as_completed` and `wait`; under SCOOP it is SCOOP's own
        future, for `scoop.futures.as_completed` and `wait`.
        """
        opened = self._entered()
        if opened.backend.local:
            return _done(lambda: function(*args, **keywords))
        calls = _calls(_Applied(function, keywords) if keywords else function, [args])
        if isinstance(opened.backend, OwnFutures):
            return opened.backend.submit(calls.value)
        return opened.submissions.submit(calls, single=True)

    def apply(
        self,
        function: Callable[..., Value],
        args: Sequence[object] = (),
        kwds: Mapping[str, object] | None = None,
    ) -> Value:
        """Return the value of `function(*args, **kwds)`, computed by a worker; raises as `map`."""
        return self.submit(function, *args, **(kwds or {})).result()

    def imap(
        self, function: Callable[..., Value], iterable: Iterable[object], chunksize: int = 1
    ) -> Iterator[Value]:
        """Return an iterator of values in order; a worker gets `chunksize` calls at a time."""
        futures = self._submitted(function, iterable, chunksize)
        return (value for future in futures for value in future.result())

    def imap_unordered(
        self, function: Callable[..., Value], iterable: Iterable[object], chunksize: int = 1
    ) -> Iterator[Value]:
        """Return an iterator of values in the order of finishing; else like `imap`."""
        futures = self._submitted(function, iterable, chunksize)
        backend = self._entered().backend
        completed = backend.as_completed if isinstance(backend, OwnFutures) else as_completed
        return (value for future in completed(futures) for value in future.result())

    def _submitted(
        self, function: Callable[..., Value], iterable: Iterable[object], size: int
    ) -> "list[Future[list[Value]]]":
        opened = self._entered()
        rows = [(item,) for item in iterable]
        chunks = [rows[start : start + size] for start in range(0, len(rows), size)]
        if opened.backend.local:
            return [_done(partial(_each, function, chunk)) for chunk in chunks]
        calls = [_calls(function, chunk) for chunk in chunks]
        if isinstance(opened.backend, OwnFutures):
            return [opened.backend.submit(each.all_values) for each in calls]
        return [opened.submissions.submit(each, single=False) for each in calls]

    @property
    def _dispatcher(self) -> Dispatcher | None:
        """The dispatcher of calls to workers; None unless the backend is entered."""
        return self._open.dispatcher if self._open else None

    def _entered(self) -> "_Open":
        if self._open is None:
            raise InputError("open_backend: use it as a context manager, `with ... as backend:`")
        return self._open


class _Open(NamedTuple):
    """The open backend and its helpers, between entering and leaving the context."""

    backend: Backend
    dispatcher: Dispatcher
    submissions: Submissions


class _Applied:
    """A function with its keywords, since the rows of a chunk only hold positional arguments."""

    def __init__(self, function: Callable[..., object], keywords: Mapping[str, object]) -> None:
        self.function, self.keywords = function, dict(keywords)

    def __call__(self, *args: object) -> object:
        return self.function(*args, **self.keywords)


def _calls(function: Callable[..., object], rows: Sequence[Arguments]) -> Calls:
    data = pickled(function, "the function")
    return Calls(0, BATCH, [0] * len(rows), function=data, arguments=travelling(rows))


def _each(function: Callable[..., Value], rows: Sequence[Arguments]) -> list[Value]:
    return [function(*row) for row in rows]


def _done(call: Callable[[], Value]) -> "Future[Value]":
    """Make a call at once; returns a finished future."""
    future: Future[Value] = Future()
    try:
        future.set_result(call())
    except Exception as error:
        future.set_exception(error)
    return future


def open_backend(use: str = "pool", workers: int | None = None, **options: object) -> OpenBackend:
    """Return a backend whose `map` a DEAP program of your own registers as `toolbox.map`.

    Unlike a run's evaluator it sends your function, which must pickle.

    Parameters
    ----------
    use
        The backend, as `evosweep list` names it.
    workers
        Processes; by default as many as this process may use, by its affinity and its container's
        quota (under `python -m scoop -n N` always N, and one less than `mpiexec -n N`).
    **options
        Further options of a config: `scheduler` for dask; `executor` for futures, which may be the
        function itself.

    Raises
    ------
    InputError
        For an unknown backend, and if the workers would run the calling script again.
    """
    return OpenBackend(use, workers, **options)
