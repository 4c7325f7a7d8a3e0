"""Read the state of `random` and `numpy.random` directly from memory.

Each evaluation is watched for draws from both. Their own functions need 25 and 75 us to return the
state, far longer than a cheap evaluation; a copy of the 2,500 bytes takes less than 1 us. NumPy
documents the address of its state. CPython has kept its state at the same place since 2.3. When
this module is imported, it compares both with the functions' results. If they differ, as in another
interpreter, it calls the functions each time.
"""

import ctypes
import random
import struct
import sys
from _random import Random
from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy
from numpy.random.mtrand import get_bit_generator

_WORDS = 624
_BYTES = 4 * (_WORDS + 1)  # the words, and the place of the next one
_STATE = struct.Struct(f"={_WORDS + 1}I")  # place, words; NumPy's are the words, and the place
_VERSION = 3  # of the state of `random`

Read = Callable[[], bytes]


class _Random(Protocol):
    """`random.Random`."""

    gauss_next: float | None


class Generators(NamedTuple):
    """The state of both global generators, as `state` has read it."""

    python: bytes
    """Position and words of `random`."""
    python_gauss: float | None
    """The normal number that `random.gauss` holds back."""
    numpy: bytes
    """Words and position of `numpy.random`."""
    numpy_gauss: float | None
    """The normal number that `numpy.random.normal` holds back."""

    def is_current(self) -> bool:
        """Return True if nothing was drawn since; it takes less time than to read the state."""
        words = _read_numpy()
        return (
            _read_python() == self.python
            and words == self.numpy
            and _python.gauss_next == self.python_gauss
            and (self.numpy_gauss is None or _held.at(words) == self.numpy_gauss)
        )

    def restore(self) -> None:
        """Restore both generators to this state."""
        place, *words = _STATE.unpack(self.python)
        random.setstate((_VERSION, (*words, place), self.python_gauss))
        *key, place = _STATE.unpack(self.numpy)  # a list: NumPy reads arrays word by word, slower
        numpy.random.set_state({
            "bit_generator": "MT19937",
            "state": {"key": key, "pos": place},
            "has_gauss": int(self.numpy_gauss is not None),
            "gauss": self.numpy_gauss or 0.0,
        })  # fmt: skip
        _held.note(self.numpy, self.numpy_gauss)


_python: _Random = vars(random)["_inst"]


def state() -> Generators:
    """Return the state of both global generators, in about 1 us unless NumPy's was drawn from."""
    words = _read_numpy()
    return Generators(_read_python(), _python.gauss_next, words, _held.at(words))


class _Held:
    """The normal number that NumPy holds back, which only its slow function returns.

    NumPy only holds a number back after a draw, which changes the words. So if it held none back
    before, and the words are the same, it holds none back now.
    """

    def __init__(self) -> None:
        self._words = b""

    def at(self, words: bytes) -> float | None:
        """Return the number held back while these are the words."""
        if words == self._words:
            return None
        parts = numpy.random.get_state(legacy=False)
        number = float(parts["gauss"]) if parts["has_gauss"] else None
        self.note(words, number)
        return number

    def note(self, words: bytes, number: float | None) -> None:
        """Remember the words with which no number is held back."""
        self._words = words if number is None else b""


_held = _Held()


def _ask_python() -> bytes:
    _, internal, _ = random.getstate()
    return _STATE.pack(internal[-1], *internal[:-1])


def _ask_numpy() -> bytes:
    parts = numpy.random.get_state(legacy=False)["state"]
    place: bytes = numpy.uint32(parts["pos"]).tobytes()
    return bytes(parts["key"].tobytes()) + place


def _python_reader() -> Read:
    room = Random.__basicsize__ - object.__basicsize__
    if sys.implementation.name != "cpython" or room < _BYTES:
        return _ask_python
    read = _reader(id(_python) + object.__basicsize__)
    return read if read() == _ask_python() else _ask_python


def _numpy_reader() -> Read:
    generator = get_bit_generator()
    read, current = _reader(generator.ctypes.state_address), get_bit_generator
    if read() != _ask_numpy():
        return _ask_numpy
    # A program may put another generator in its place.
    return lambda: read() if current() is generator else _ask_numpy()


def _reader(address: int) -> Read:
    """Return a function that copies a state from memory."""
    return memoryview((ctypes.c_char * _BYTES).from_address(address)).cast("B").tobytes


_read_python = _python_reader()
_read_numpy = _numpy_reader()
