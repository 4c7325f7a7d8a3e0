"""Statistics that make one array of a population's values, not one for each function."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from deap import tools

from evosweep.fast.fitnesses import values_array, weighted_array

_ON_ARRAYS = frozenset((np.mean, np.std, np.var, np.min, np.max, np.median, np.sum))
# The code of the usual key: by it one that a program writes is known.
_USUAL = (lambda ind: ind.fitness.values).__code__


class Statistics(tools.Statistics):  # type: ignore[misc]
    """`deap.tools.Statistics`: NumPy's functions share an array, any other gets DEAP's tuple."""

    def compile(self, data: Sequence[Any]) -> dict[str, Any]:
        """Each registered function's result over the keys of `data`."""
        on_arrays = [f.func in _ON_ARRAYS for f in self.functions.values()]
        shared: Any = _array(self.key, data) if any(on_arrays) else None
        values: Any = None if shared is not None and all(on_arrays) else tuple(map(self.key, data))
        if shared is None and any(on_arrays):
            shared = np.asarray(values)
        return {
            name: function(shared if array else values)
            for (name, function), array in zip(self.functions.items(), on_arrays, strict=True)
        }


def _array(key: Any, data: Sequence[Any]) -> Any:
    """The fitness values of all, where they are the key; else None."""
    code = getattr(key, "__code__", None)
    if code is None or (code.co_code, code.co_names) != (_USUAL.co_code, _USUAL.co_names):
        return None
    weighted = weighted_array(data) if len(data) else None
    return None if weighted is None else values_array(data, weighted)
