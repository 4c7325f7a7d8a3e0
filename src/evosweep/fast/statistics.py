"""Statistics that make one array of a population's values for all functions."""

from collections.abc import Callable, Sequence
from functools import partial
from types import FunctionType

import numpy as np
from deap import tools

from evosweep.fast.fitnesses import both_arrays
from evosweep.fast.kinds import is_sequence
from evosweep.fast.shapes import Floats, Individual

_ON_ARRAYS = {id(f) for f in (np.mean, np.std, np.var, np.min, np.max, np.median, np.sum)}
_OPTIONS = frozenset(("axis", "ddof", "keepdims"))  # functions that do not change the array
_AXIS = frozenset(("axis",))
_DOUBLE = np.dtype(np.float64)
_VARIABLE = 0x0C  # flags of code objects: *args and **kwargs
# The code of the usual key, to recognise it in a program.
_USUAL = (lambda ind: ind.fitness.values).__code__


class Statistics(tools.Statistics):  # type: ignore[misc]
    """`deap.tools.Statistics`: NumPy's functions share an array, others get DEAP's tuple."""

    def compile(self, data: Sequence[Individual]) -> dict[str, object]:
        """Return each registered function's result over the keys of `data`."""
        functions: dict[str, partial[object]] = self.functions
        shares = {name for name, function in functions.items() if _reads_an_array(function)}
        array = _array(self.key, data) if shares else None
        values = None
        if array is None or len(shares) < len(functions):
            values = tuple(map(self.key, data))
        entry = {}
        for name, function in functions.items():
            if name in shares and array is None:
                array = np.asarray(values)
            if name not in shares:
                entry[name] = function(values)
            else:
                entry[name] = function(array) if array is None else _applied(function, array)
        return entry


def _applied(function: "partial[object]", array: Floats) -> object:
    """Return the function's result, by a short way if it is one of the usual functions."""
    short, options = _SHORT.get(id(function.func)), function.keywords
    axis = options.get("axis")
    usual = axis is None or (type(axis) is int and axis == 0)
    known = usual and array.dtype is _DOUBLE and array.size
    if short is None or not known or not _AXIS.issuperset(options):
        return function(array)
    return short(array, axis)


def _mean(array: Floats, axis: int | None) -> object:
    return np.add.reduce(array, axis=axis) / (array.size if axis is None else len(array))


def _std(array: Floats, axis: int | None) -> object:
    """Return `numpy.std`, computed by its own steps, since it spends most time on its options."""
    count = array.size if axis is None else len(array)
    deviations = array - np.add.reduce(array, axis=axis) / count
    return np.sqrt(np.add.reduce(np.square(deviations, out=deviations), axis=axis) / count)


def _min(array: Floats, axis: int | None) -> object:
    return np.minimum.reduce(array, axis=axis)


def _max(array: Floats, axis: int | None) -> object:
    return np.maximum.reduce(array, axis=axis)


_Short = Callable[[Floats, int | None], object]
_SHORT: dict[int, _Short] = {
    id(np.mean): _mean,
    id(np.std): _std,
    id(np.min): _min,
    id(np.max): _max,
}


def _reads_an_array(function: "partial[object]") -> bool:
    """Return True for a function of NumPy that only reads its array."""
    return (
        type(function) is partial
        and id(function.func) in _ON_ARRAYS
        and not function.args
        and _OPTIONS.issuperset(function.keywords)
    )


def _array(key: Callable[..., object], data: Sequence[Individual]) -> Floats | None:
    """Return the fitness values of all individuals if the key reads them, else None."""
    if not _is_usual(key) or not is_sequence(data) or not len(data):
        return None
    arrays = both_arrays(data)
    return None if arrays is None else arrays[1]


def _is_usual(key: Callable[..., object]) -> bool:
    """Return True if a key was written as `lambda ind: ind.fitness.values`."""
    if not isinstance(key, FunctionType):
        return False
    code = key.__code__
    taken = (code.co_argcount, code.co_kwonlyargcount, code.co_flags & _VARIABLE)
    return (code.co_code, code.co_names, taken) == (_USUAL.co_code, _USUAL.co_names, (1, 0, 0))
