"""Convert NumPy's arrays and scalars, and `array.array`, to plain form and back, bit by bit."""

import array
from collections.abc import Callable

import numpy

from evosweep.errors import InputError
from evosweep.genomes.form import Form, Plain

Dtype = str | list[tuple[str, str] | tuple[str, str, tuple[int, ...]]]
"""NumPy's string for a dtype, such as `<f8`, or the list of the fields of a structured one."""

_UTF32 = "utf-32-le"
SCALAR_DTYPES: dict[type, str] = {
    kind: numpy.dtype(kind).newbyteorder("<").str
    for kind in (
        numpy.float64, numpy.float32, numpy.float16, numpy.int64, numpy.int32, numpy.int16,
        numpy.int8, numpy.uint64, numpy.uint32, numpy.uint16, numpy.uint8, numpy.bool_,
        numpy.complex128, numpy.complex64,
    )
}  # fmt: skip


WIDE = "gG"  # NumPy's characters of longdouble and clongdouble


def plain_array(value: numpy.ndarray, form: Form) -> Plain:
    """Return dtype, shape and bytes of an array, and its memory order if that is not C's."""
    if value.dtype.hasobject:
        raise InputError("genome: a NumPy array of dtype object; use a numeric dtype")
    _refuse_wide(value.dtype)
    value = value.view(numpy.ndarray)
    if not form.exact:
        value = numpy.asarray(value, value.dtype.newbyteorder("<"), order="C")
    tag = "ndarray"
    if not value.flags.c_contiguous and value.flags.f_contiguous:
        tag, value = "fortran", value.T
    return [..., tag, _dtype(value.dtype), list(value.shape), value.tobytes()]


def plain_scalar(value: numpy.generic, form: Form) -> Plain:
    """Return the dtype and bytes of a scalar."""
    if (usual := SCALAR_DTYPES.get(type(value))) is not None:
        return [..., "scalar", usual, value.tobytes()]
    if type(value).__module__ != "numpy" or value.dtype.hasobject:
        return form.own(value)
    _refuse_wide(value.dtype)
    return [..., "scalar", _dtype(value.dtype.newbyteorder("<")), value.tobytes()]


def plain_typed(value: "array.array[float]", _: Form) -> Plain:
    """Return the typecode and bytes of an `array.array`."""
    return [..., "array", value.typecode, value.tobytes()]


def _refuse_wide(dtype: "numpy.dtype[numpy.generic]") -> None:
    """Refuse `longdouble`: of its 16 bytes on x86-64, six are whatever was in memory before."""
    base = dtype.base
    if base.char in WIDE:
        raise InputError(
            f"genome: a NumPy value of dtype {base}, whose bytes are not all defined and differ "
            "between machines; use float64 or complex128"
        )
    for field, *_ in (base.fields or {}).values():
        _refuse_wide(field)


def _dtype(dtype: "numpy.dtype[numpy.generic]") -> Dtype:
    """Return NumPy's string for a dtype; for a structured dtype, the list of its fields."""
    if dtype.names is None:
        return dtype.str
    if numpy.dtype(dtype.descr) != dtype:
        raise InputError(f"genome: a NumPy array of dtype {dtype}; use one without gaps or titles")
    return dtype.descr


def array_of(dtype: Dtype, shape: list[int], data: bytes) -> numpy.ndarray:
    """Return a new, writable array."""
    return numpy.frombuffer(bytearray(data), numpy.dtype(dtype)).reshape(shape)


def fortran_of(dtype: Dtype, shape: list[int], data: bytes) -> numpy.ndarray:
    """Return a new array in Fortran order: its first index varies fastest in memory."""
    return array_of(dtype, shape, data).T


def scalar_of(dtype: Dtype, data: bytes) -> numpy.generic:
    """Return the scalar. Text and bytes keep zeros at their end, which an array would drop."""
    if isinstance(dtype, str) and dtype[1] == "U":  # NumPy gives an empty text one zero
        return numpy.str_(data[: 4 * int(dtype[2:])].decode(_UTF32, "surrogatepass"))
    if isinstance(dtype, str) and dtype[1] == "S":
        return numpy.bytes_(data[: int(dtype[2:])])
    scalar: numpy.generic = numpy.frombuffer(data, numpy.dtype(dtype))[0]
    return scalar


def typed_of(typecode: str, data: bytes) -> "array.array[float]":
    """Return a new `array.array`."""
    return array.array(typecode, data)


FROM_PLAIN: dict[str, Callable[..., object]] = {
    "ndarray": array_of,
    "fortran": fortran_of,
    "scalar": scalar_of,
    "array": typed_of,
}
