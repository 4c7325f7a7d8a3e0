"""A backend in a program of the user's own: `open_backend`, and its `map`."""

import pickle
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, NamedTuple, Self

from deap import creator

from evosweep.backends import table
from evosweep.errors import InputError, RunError
from evosweep.evaluation.blame import Losses
from evosweep.evaluation.dispatcher import Dispatcher
from evosweep.evaluation.failure import Failure
from evosweep.evaluation.problem import Kind, class_of, kind_of
from evosweep.evaluation.recovery import Recovery
from evosweep.genomes import genome
from evosweep.genomes.rebuild import Rebuilder
from evosweep.machine.cpus import available_cpus
from evosweep.processes.activity import seat

_PARTS = ("func", "args", "keywords", "__self__")


class Calls(NamedTuple):
    """Some calls of one function; individuals among the arguments travel as bare genomes."""

    number: int
    batch: int
    indices: list[int]
    function: bytes
    """The pickled function, once a chunk."""
    arguments: list[tuple[Any, ...]]
    kinds: dict[int, Kind]
    """Which positions hold individuals, and of which class."""

    def work(self) -> "Returned":
        """Makes the calls in this process."""
        function = _unpickled(self.function)
        rows = self._rows() if self.kinds else self.arguments
        values, place = [], seat()
        started = time.perf_counter()
        try:
            for index, row in zip(self.indices, rows, strict=True):
                place.take(self.batch, index)
                values.append(function(*row))
        except Exception as error:
            return Returned(values, time.perf_counter() - started, _sendable(error))
        finally:
            place.leave()
        return Returned(values, time.perf_counter() - started)

    def _rows(self) -> list[tuple[Any, ...]]:
        rebuild = Rebuilder()
        classes = {place: class_of(kind) for place, kind in self.kinds.items()}
        return [
            tuple(
                rebuild.individuals([value], classes[place], False)[0]
                if place in classes
                else value
                for place, value in enumerate(row)
            )
            for row in self.arguments
        ]


@dataclass(slots=True)
class Returned:
    """The values of a chunk of calls, and how long they took."""

    values: list[Any]
    seconds: float
    error: Exception | None = None
    """What the call after the last value raised."""


class OpenBackend:
    """`map` over a backend, for `toolbox.register("map", backend.map)`.

    As a context manager it starts and ends the workers. One that is closed, or not entered, does
    not map.
    """

    def __init__(self, use: str, workers: int | None = None) -> None:
        if workers is None:
            workers = 1 if table.backend_kind(use).alone else available_cpus()
        self._backend = table.create(use, workers)
        self._dispatcher: Dispatcher | None = None

    @property
    def workers(self) -> int:
        """How many processes evaluate."""
        return self._backend.workers

    def __enter__(self) -> Self:
        self._backend.__enter__()
        self._dispatcher = Dispatcher(self._backend)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._dispatcher = None
        self._backend.__exit__(kind, error, trace)

    def map(self, function: Callable[..., Any], *iterables: Iterable[Any]) -> list[Any]:
        """What `list(map(function, *iterables))` gives, evaluated by the workers.

        An exception of `function` is raised here. Raises `InputError` naming what of `function`
        or its arguments does not pickle, and `RunError` for a call that killed its worker thrice.
        """
        if self._dispatcher is None:
            raise InputError("open_backend: use it as a context manager, `with ... as backend:`")
        rows = list(zip(*iterables, strict=False))
        if not rows:
            return []
        if self._backend.local:
            return [function(*row) for row in rows]
        return _mapped(self._dispatcher, _Task(function, rows))


def _mapped(dispatcher: Dispatcher, task: "_Task") -> list[Any]:
    results: list[Any] = [None] * len(task.rows)
    recovery = Recovery(dispatcher, Losses((), 0, None))
    for indices, outcome in recovery.run(0, range(len(task.rows)), task.chunk):
        if isinstance(outcome, Failure):
            raise RunError(
                f"map: item {outcome.index}: {outcome.error}; "
                f"the arguments: {task.rows[outcome.index]!r:.200}"
            )
        if outcome.error is not None:
            raise outcome.error
        for index, value in zip(indices, outcome.values, strict=True):
            results[index] = value
    return results


class _Task:
    """A function and its arguments in the form in which they travel."""

    def __init__(self, function: Callable[..., Any], rows: Sequence[tuple[Any, ...]]) -> None:
        self.function = pickled(function, "the function given to map")
        self.kinds = {i: kind_of(v) for i, v in enumerate(rows[0]) if _is_individual(v)}
        self.rows = [self._bare(row) for row in rows] if self.kinds else rows
        pickled(self.rows[0], "the arguments given to map")

    def chunk(self, number: int, items: Sequence[int], *, sent: bool) -> Calls:  # noqa: ARG002
        """The calls of some rows."""
        rows = [self.rows[i] for i in items]
        return Calls(
            number=number, batch=0, indices=list(items), function=self.function, arguments=rows,
            kinds=self.kinds,
        )  # fmt: skip

    def _bare(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(
            genome.plain(value) if place in self.kinds else value for place, value in enumerate(row)
        )


def _is_individual(value: Any) -> bool:
    """A creator's class without attributes of its own but the fitness, found by workers by name."""
    kind = type(value)
    known = getattr(creator, kind.__name__, None) is kind
    return (
        known and set(getattr(value, "__dict__", {})) <= {"fitness"} and not hasattr(value, "root")
    )


def pickled(value: Any, what: str) -> bytes:
    """`value` pickled; raises `InputError` naming the innermost part that cannot be."""
    try:
        return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        where, part = _culprit(value, what)
        raise InputError(
            f"{where} cannot be sent to a worker: {part!r} of type {type(part).__name__} does not "
            f"pickle ({' '.join(str(error).split())}); define it at the top level of a module, or "
            "run the problem by `evosweep run`, whose workers build it themselves"
        ) from error


def _culprit(value: Any, what: str) -> tuple[str, Any]:
    for name, part in _parts(value):
        try:
            pickle.dumps(part, pickle.HIGHEST_PROTOCOL)
        except Exception:
            return _culprit(part, f"{what}, {name}")
    return what, value


def _parts(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, tuple | list):
        return [(f"item {number}", part) for number, part in enumerate(value)]
    parts: list[tuple[str, Any]] = []
    for name in _PARTS:
        part = getattr(value, name, None)
        if name == "keywords" and part:
            parts += [(f"keyword {key!r}", inner) for key, inner in part.items()]
        elif name == "args" and part:
            parts += [(f"argument {number}", inner) for number, inner in enumerate(part)]
        elif part is not None and name in ("func", "__self__"):
            parts.append((name, part))
    return parts


_received = threading.local()


def _unpickled(data: bytes) -> Any:
    """The function that a parent sent; the last one is kept, for chunks come one after another."""
    if getattr(_received, "data", None) != data:
        _received.function = pickle.loads(data)
        _received.data = data
    return _received.function


def _sendable(error: Exception) -> Exception:
    """The exception with the worker's traceback; where it would not arrive, what it says."""
    error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RunError(f"map: {type(error).__name__}: {error}")
    return error


def open_backend(use: str = "pool", workers: int | None = None) -> OpenBackend:
    """A backend whose `map` a DEAP program of your own registers as `toolbox.map`.

    `workers`: processes; by default as many as this process may use (under `python -m scoop -n N`
    always N). Use it as a context manager. Unlike a run's evaluator it sends your function, so it
    must be one that pickles: `InputError` names the part that does not, before any evaluation.
    """
    return OpenBackend(use, workers)
