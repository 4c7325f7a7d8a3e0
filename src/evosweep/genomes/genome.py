"""Bare genomes: what travels to workers, what is digested, what is written to disk.

A genome in its *plain* form is built of what Python's `marshal` knows: numbers, text, bytes, None,
lists, tuples, sets and dicts, each exactly of that type. Everything else is a list that starts
with an Ellipsis and a tag:

==========================================  ================================================
``[..., "ndarray", dtype, shape, bytes]``   a NumPy array, little-endian, C order
``[..., "scalar", dtype, bytes]``           a NumPy scalar
``[..., "array", typecode, bytes]``         an `array.array`
``[..., "tree", tokens]``                   a GP tree: the name of each primitive or terminal,
                                            or (class name, value) for an ephemeral constant
==========================================  ================================================

Its *encoding* is that of `marshal`, version 2, which is a function of the value alone (no
references, no interning, sets in the order of their elements' bytes); docs/digest.md writes it
down.
"""

import array
import hashlib
import marshal
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

import numpy
from deap import gp

from evosweep.errors import InputError

Plain = Any
"""A genome in plain form; see the module's docstring."""

_NATIVE = frozenset({int, float, bool, str, bytes, complex, type(None)})
_MARSHAL_VERSION = 2
_POPULATION_HEADER = b"evosweep population 1\n"
_BLOCK = 4096
_SMALL_BLOCK = 64  # what is made of so many stays in a processor's cache
_ELLIPSIS = b"."
_HEAD = 5  # bytes of the encoding of a list before those of its items


def bare_all(individuals: Sequence[Any]) -> list[Any]:
    """The genomes of individuals without their class; `encode_all` makes them plain if need be."""
    if len(set(map(type, individuals))) == 1 and _is_list(kind := type(individuals[0])):
        return list(map(_copier(kind), individuals))
    return [list(ind) if _is_list(type(ind)) else plain(ind) for ind in individuals]


def _is_list(kind: type) -> bool:
    return _converter(kind) is _plain_list


def _copier(kind: Any) -> Callable[[Any], list[Any]]:
    """What makes a list of a list class; several times faster for one that keeps list's order."""
    return list.copy if kind.__iter__ is list.__iter__ else list


def plain(value: Any) -> Plain:
    """The plain form of an individual or of any part of its genome.

    Raises `InputError` for a type that has no plain form.
    """
    kind = type(value)
    return value if kind in _NATIVE or is_tagged(value) else _converter(kind)(value)


def encode(value: Plain) -> bytes:
    """The byte encoding of a plain form, or of a list of them (docs/digest.md)."""
    return marshal.dumps(value, _MARSHAL_VERSION)


def decode(encoding: bytes) -> Plain:
    """The plain form that was encoded; only for bytes that this program made itself."""
    return marshal.loads(encoding)


def encode_all(genomes: Sequence[Any]) -> tuple[bytes, list[Plain], bool]:
    """Of some bare genomes: their encoding as a list, fresh copies in plain form, and whether
    these are native throughout, with no tag to resolve.
    """
    encoding, copies, native = encode_bare(genomes)
    return encoding, decode(encoding) if copies is None else copies, native


def encode_bare(genomes: Sequence[Any]) -> tuple[bytes, list[Plain] | None, bool]:
    """As `encode_all`, with None for the copies where every genome is a flat list of ints, of
    floats or of truth values, so that they are what `list.copy` makes of it.

    Most genomes are such. For those a look at every element would take longer than encoding them,
    which tells the same: marshal says of what type each element is. Elsewhere, what marshal does
    not know (or takes for bytes, as a NumPy scalar) does not come back as it was.
    """
    if genomes and is_flat(genomes[0]):
        with suppress(ValueError):
            encoding = encode(genomes)
            if _is_of_numbers(encoding, genomes):
                return encoding, None, True
            copies = decode(encoding)
            tagged = _ELLIPSIS in encoding and any(map(is_tagged, genomes))
            if copies == genomes and not tagged:
                return encoding, copies, True
    encoding = encode([plain(genome) for genome in genomes])
    return encoding, decode(encoding), False


def _is_of_numbers(encoding: bytes, genomes: Sequence[Any]) -> bool:
    """Whether flat lists of ints of 32 bits are all that is encoded; or of floats or of truth
    values, as many in each. The first byte of each value's encoding tells its type.
    """
    if set(map(type, genomes)) != {list}:
        return False
    # The head of a list and an int have five bytes each: no other value can stand between them,
    # nor a list in a list, since there are no more heads than genomes (and the outermost one).
    codes = encoding[::_HEAD]
    heads = codes.count(b"[")
    if heads == len(genomes) + 1 and heads + codes.count(b"i") == len(codes):
        return len(encoding) == _HEAD * len(codes)
    return _is_of_rows(encoding, len(genomes), len(genomes[0]))


def _is_of_rows(encoding: bytes, count: int, genes: int) -> bool:
    size, rest = divmod(len(encoding) - _HEAD, count)
    width, odd = divmod(size - _HEAD, genes) if genes else (0, 1)
    if rest or odd or width not in (1, 9):
        return False
    rows = numpy.frombuffer(encoding, "u1", offset=_HEAD).reshape(count, size)
    if (rows[:, :_HEAD] != rows[0, :_HEAD]).any():
        return False
    codes = rows[:, _HEAD::width]
    found = codes == ord("g") if width == 9 else (codes == ord("T")) | (codes == ord("F"))
    return bool(found.all())


def is_flat(genome: Any) -> bool:
    """Whether a genome is a list of numbers, text and the like, with nothing inside them."""
    return type(genome) is list and _NATIVE.issuperset(map(type, genome))


class Digest:
    """The 16 bytes by which the journal knows the genomes of a chunk, made a block at a time:
    those of the SHA-256 over their encoding as one list.
    """

    def __init__(self, count: int) -> None:
        self._sha = hashlib.sha256(_list_head(count))

    def add(self, encoding: bytes) -> None:
        """Some more of the genomes, encoded as a list of their own."""
        self._sha.update(memoryview(encoding)[_HEAD:])

    def value(self) -> bytes:
        """The digest of what was added."""
        return self._sha.digest()[:16]


def _list_head(count: int) -> bytes:
    return b"[" + count.to_bytes(4, "little")


def population_digest(population: Iterable[Any]) -> str:
    """SHA-256, in hex, over genomes and fitness values of a population, in order.

    Two populations have equal digests exactly when every gene and every fitness value is equal in
    type and in bits (docs/digest.md has the encoding). An individual without a valid fitness
    counts as one with no values.
    """
    sha = hashlib.sha256(_POPULATION_HEADER)
    individuals = iter(population)
    while block := list(islice(individuals, _BLOCK)):
        sha.update(_list_head(len(block)))
        for start in range(0, len(block), _SMALL_BLOCK):
            genomes = bare_all(block[start : start + _SMALL_BLOCK])
            sha.update(memoryview(encode_bare(genomes)[0])[_HEAD:])
        sha.update(encode([list(map(float, ind.fitness.values)) for ind in block]))
    return sha.hexdigest()


def _plain_list(value: Iterable[Any]) -> Plain:
    items = list(value)
    if _NATIVE.issuperset(map(type, items)) or items[0] is Ellipsis:  # plain already
        return items
    return [plain(item) for item in items]


def _plain_array(value: numpy.ndarray) -> Plain:
    if value.dtype.hasobject:
        raise InputError("genome: a NumPy array of dtype object; use a numeric dtype")
    dtype = value.dtype.newbyteorder("<")
    data = value.astype(dtype, copy=False).tobytes()
    return [..., "ndarray", dtype.str, list(value.shape), data]


def _plain_tree(tree: gp.PrimitiveTree) -> Plain:
    return [..., "tree", [_token(node) for node in tree]]


def _token(node: Any) -> Any:
    if isinstance(type(node), gp.MetaEphemeral):
        return (type(node).__name__, plain(node.value))
    if isinstance(node, gp.Terminal) and node.conv_fct is str:
        return node.value  # an argument's name may differ from it once it was renamed
    return node.name


_CONVERTERS: dict[type, Callable[[Any], Plain]] = {
    gp.PrimitiveTree: _plain_tree,
    list: _plain_list,
    numpy.ndarray: _plain_array,
    numpy.generic: lambda v: [..., "scalar", v.dtype.newbyteorder("<").str, v.tobytes()],
    array.array: lambda v: [..., "array", v.typecode, v.tobytes()],
    tuple: lambda v: tuple(map(plain, v)),
    frozenset: lambda v: frozenset(map(plain, v)),
    set: lambda v: set(map(plain, v)),
    dict: lambda v: {plain(key): plain(item) for key, item in v.items()},
    bytearray: bytes,
    bool: bool,
    int: int,
    float: float,
    str: str,
}


def _converter(kind: type) -> Callable[[Any], Plain]:
    """The conversion of a type, looked up once for each."""
    if kind not in _CONVERTER_OF:
        _CONVERTER_OF[kind] = _find_converter(kind)
    return _CONVERTER_OF[kind]


def _find_converter(kind: type) -> Callable[[Any], Plain]:
    for base, convert in _CONVERTERS.items():
        if issubclass(kind, base):
            return convert
    raise InputError(
        f"genome: an individual holds a {kind.__module__}.{kind.__qualname__}, which evosweep "
        "cannot copy bit by bit; use numbers, strings, lists, tuples, sets, dicts, array.array, "
        "NumPy arrays or gp.PrimitiveTree"
    )


_CONVERTER_OF: dict[type, Callable[[Any], Plain]] = {}


def is_tagged(value: Plain) -> bool:
    """Whether a plain form is one of the tagged lists."""
    return type(value) is list and len(value) > 2 and value[0] is Ellipsis


def readable(individual: Any) -> Any:
    """A genome as JSON data for a person to read: a GP tree as its expression, an array a list."""
    if isinstance(individual, gp.PrimitiveTree):
        return str(individual)
    if isinstance(individual, numpy.ndarray | numpy.generic | array.array):
        return individual.tolist()
    if isinstance(individual, dict):
        return [[readable(key), readable(item)] for key, item in individual.items()]
    if isinstance(individual, set | frozenset):
        return [readable(item) for item in sorted(individual, key=lambda i: encode(plain(i)))]
    if isinstance(individual, list | tuple):
        return [item if type(item) in _NATIVE else readable(item) for item in individual]
    return individual.hex() if isinstance(individual, bytes | bytearray) else individual
