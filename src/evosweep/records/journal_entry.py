"""The journal's entries and their bytes (format: docs/journal.md)."""

import json
import math
import struct
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy

from evosweep.errors import printable
from evosweep.genomes.form import Plain

_SESSION = struct.Struct("<Bdq")
_CHUNK = struct.Struct("<BBHIIIdd16s")
_SESSION_KIND, _CHUNK_KIND = 2, 1
_LAST_SECOND = 253402300800.0  # the end of the year 9999
_SCATTERED, _FLAGGED, _WITH_GENOMES = 1, 2, 4
_PLAIN = bytes([_CHUNK_KIND, 0])

_LONGEST_ENVIRONMENT = 2**18
_LONGEST_NAME = 255
_WRITER, _GROWN = "writer", "grown_from"

OK, PENALISED, RETRIED = 0, 1, 2
"""Values of `Entry.flags`: evaluated, given the penalty, evaluated again."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Identifies a process that writes to a journal among all processes of all hosts."""

    host: str
    boot: str
    """The boot id of its kernel."""
    device: int
    """The kernel's number of the device on which the journal lay."""
    token: str
    """A random text that the process has drawn."""


@dataclass(frozen=True, slots=True)
class Session:
    """The entry of a process that started to work on the run."""

    started: float
    """Seconds since the epoch, measured by the host's clock."""
    pid: int
    environment: Mapping[str, object] | None = None
    """The environment, as in the receipt; None in journals of earlier versions."""
    writer: Writer | None = None
    """None in journals of earlier versions."""
    grown_from: str | None = None
    """run_id of the shorter run whose evaluations follow this session's entry, if any."""

    def __str__(self) -> str:
        since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(self.started))
        where = f" on {self.writer.host}" if self.writer else ""
        return f"process {self.pid}{where}, since {since},"


@dataclass(frozen=True, slots=True)
class Entry:
    """A finished chunk: k individuals with m objectives each."""

    batch: int
    """0-based number of the `toolbox.map` call."""
    indices: numpy.ndarray
    """Places of the individuals in the batch, shape (k,)."""
    fitnesses: numpy.ndarray
    """Raw objective values, shape (k, m), float64."""
    digest: bytes
    """The first 16 bytes of SHA-256 over the encoding of the k genomes."""
    seconds: float
    """Seconds that the evaluations took on their worker."""
    finished: float
    """Seconds that the run had worked when the chunk was finished."""
    flags: numpy.ndarray | None = None
    """OK, PENALISED or RETRIED for each, shape (k,); None: all OK."""
    genomes: list[Plain] | None = None
    """The genomes that a Lamarckian problem returned, in plain form."""


class PlainChunk(NamedTuple):
    """The results of a finished chunk whose individuals follow each other in their batch."""

    batch: int
    first: int
    """Place of the first individual in the batch."""
    size: int
    objectives: int
    finished: float
    values: bytes
    """Raw objective values, little-endian float64."""


def pack(entry: Entry | Session) -> bytes:
    """Return the payload of an entry, little-endian."""
    if isinstance(entry, Session):
        return _SESSION.pack(_SESSION_KIND, entry.started, entry.pid) + _session_text(entry)
    count, objectives = entry.fitnesses.shape
    first = int(entry.indices[0])
    in_a_row = count == 1 or numpy.array_equal(entry.indices, numpy.arange(first, first + count))
    scattered = not in_a_row
    parts = []
    if scattered:
        parts.append(entry.indices.astype("<u4").tobytes())
    parts.append(entry.fitnesses.astype("<f8", copy=False).tobytes())
    if entry.flags is not None:
        parts.append(entry.flags.astype("u1").tobytes())
    if entry.genomes is not None:
        parts.append(json.dumps([_to_json(g) for g in entry.genomes]).encode())
    kinds = (
        _SCATTERED * scattered
        + _FLAGGED * (entry.flags is not None)
        + _WITH_GENOMES * (entry.genomes is not None)
    )
    head = (_CHUNK_KIND, kinds, objectives, entry.batch, count, first)
    return _CHUNK.pack(*head, entry.seconds, entry.finished, entry.digest) + b"".join(parts)


def pack_one(
    batch: int, fitness: tuple[float, ...], digest: bytes, *, seconds: float, finished: float
) -> bytes:
    """Return the payload of a batch of one individual, equal to that of `pack`."""
    objectives = len(fitness)
    return _one_of(objectives).pack(
        _CHUNK_KIND, 0, objectives, batch, 1, 0, seconds, finished, digest, *fitness
    )


@cache
def _one_of(objectives: int) -> struct.Struct:
    return struct.Struct(f"{_CHUNK.format}{objectives}d")


def unpack(payload: bytes) -> Entry | Session:
    """Return the entry in a payload whose CRC is right; raises ValueError or TypeError."""
    if payload[0] == _SESSION_KIND:
        _, started, pid = _SESSION.unpack_from(payload)
        if not 0 <= started < _LAST_SECOND:
            raise ValueError(f"a session that started at second {started}")
        return Session(started, pid, *_session_fields(payload[_SESSION.size :]))
    _, kinds, objectives, batch, count, first, seconds, finished, digest = _CHUNK.unpack_from(
        payload
    )
    _check(payload, kinds, count, objectives)
    _check_times(seconds, finished)
    at = _CHUNK.size
    indices = numpy.arange(first, first + count)
    if kinds & _SCATTERED:
        indices = numpy.frombuffer(payload, "<u4", count, at).astype(numpy.int64)
        at += 4 * count
    fitnesses = numpy.frombuffer(payload, "<f8", count * objectives, at)
    at += 8 * count * objectives
    flags = None
    if kinds & _FLAGGED:
        flags = numpy.frombuffer(payload, "u1", count, at)
        at += count
    genomes = None
    if kinds & _WITH_GENOMES:
        genomes = [_from_json(g) for g in json.loads(payload[at:])]
    shaped = fitnesses.reshape(count, objectives)
    return Entry(
        batch=batch,
        indices=indices,
        fitnesses=shaped,
        digest=digest,
        seconds=seconds,
        finished=finished,
        flags=flags,
        genomes=genomes,
    )


def unpack_plain(payload: bytes) -> PlainChunk | Entry | Session:
    """Return a chunk's results alone, in a quarter of the time of `unpack`; raises as that.

    A chunk that is not plain, and a session, are returned as by `unpack`.
    """
    if payload[:2] != _PLAIN:
        return unpack(payload)
    _, _, objectives, batch, count, first, seconds, finished, _ = _CHUNK.unpack_from(payload)
    _check(payload, 0, count, objectives)
    _check_times(seconds, finished)
    values = payload[_CHUNK.size :]
    return PlainChunk(batch, first, count, objectives=objectives, finished=finished, values=values)


def _check_times(seconds: float, finished: float) -> None:
    if not (0 <= seconds < math.inf and 0 <= finished < math.inf):
        raise ValueError(f"times of {seconds} and {finished} seconds")


def _check(payload: bytes, kinds: int, count: int, objectives: int) -> None:
    """Raise ValueError if a chunk's length disagrees with its numbers of individuals and values."""
    scattered, flagged = bool(kinds & _SCATTERED), bool(kinds & _FLAGGED)
    needed = _CHUNK.size + count * (8 * objectives + 4 * scattered + flagged)
    exact = not kinds & _WITH_GENOMES
    if not (count and objectives) or len(payload) < needed or (exact and len(payload) > needed):
        raise ValueError(f"{len(payload)} bytes for {count} individuals of {objectives} objectives")


def is_chunk(payload: bytes) -> bool:
    """Return True if the payload of an entry is that of a finished chunk."""
    return payload[0] == _CHUNK_KIND


def _session_text(session: Session) -> bytes:
    """Return the session as JSON: the environment, with keys for the rest that old readers
    ignore."""
    fields = dict(session.environment or {})
    if session.writer is not None:
        fields[_WRITER] = asdict(session.writer)
    if session.grown_from is not None:
        fields[_GROWN] = session.grown_from
    return json.dumps(fields).encode() if fields or session.environment is not None else b""


def _session_fields(text: bytes) -> tuple[dict[str, object] | None, Writer | None, str | None]:
    """Return the environment, the writer and the shorter run from a session's JSON."""
    if len(text) > _LONGEST_ENVIRONMENT:
        raise ValueError(f"an environment of {len(text)} bytes")
    fields = json.loads(text) if text else None
    if not isinstance(fields, dict | None):
        raise TypeError("an environment that is no mapping")
    if fields is None:
        return None, None, None
    writer, grown_from = fields.pop(_WRITER, None), fields.pop(_GROWN, None)
    if not isinstance(grown_from, str | None):
        raise TypeError("a run that is no text")
    return fields, None if writer is None else _writer(writer), grown_from


def _writer(fields: dict[str, object]) -> Writer:
    """Return the writer of a session; keys of later versions are ignored."""
    host, boot, token = (str(fields[name])[:_LONGEST_NAME] for name in ("host", "boot", "token"))
    return Writer(printable(host), boot, int(str(fields["device"])), token)


def _to_json(value: Plain) -> object:
    """Return a plain form as JSON without loss: types that JSON lacks become {type: data}."""
    if isinstance(value, list):
        return [_to_json(item) for item in value]
    if isinstance(value, tuple | set | frozenset):
        return {type(value).__name__: [_to_json(item) for item in value]}
    if isinstance(value, dict):
        return {"dict": [[_to_json(key), _to_json(item)] for key, item in value.items()]}
    return _scalar_to_json(value)


def _scalar_to_json(value: Plain) -> object:
    if isinstance(value, bytes):
        return {"bytes": b64encode(value).decode("ascii")}
    if isinstance(value, complex):
        return {"complex": [_scalar_to_json(value.real), _scalar_to_json(value.imag)]}
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": str(float(value))}
    return {"tag": None} if value is Ellipsis else value


def _from_json(value: Any) -> Plain:
    if isinstance(value, list):
        return [_from_json(item) for item in value]
    if not isinstance(value, dict):
        return value
    ((kind, data),) = value.items()
    return _DECODERS[kind](data)


_DECODERS: dict[str, Callable[[Any], Plain]] = {
    "float": float,
    "bytes": b64decode,
    "complex": lambda parts: complex(
        *(float(part["float"]) if isinstance(part, dict) else part for part in parts)
    ),
    "tuple": lambda items: tuple(map(_from_json, items)),
    "set": lambda items: set(map(_from_json, items)),
    "frozenset": lambda items: frozenset(map(_from_json, items)),
    "dict": lambda pairs: {_from_json(key): _from_json(item) for key, item in pairs},
    "tag": lambda _: Ellipsis,
}
