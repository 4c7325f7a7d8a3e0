"""Statistics that make one array of a population's values, not one for each function."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from deap import tools

_ON_ARRAYS = frozenset((np.mean, np.std, np.var, np.min, np.max, np.median, np.sum))


class Statistics(tools.Statistics):  # type: ignore[misc]
    """`deap.tools.Statistics`: NumPy's functions share an array, any other gets DEAP's tuple."""

    def compile(self, data: Sequence[Any]) -> dict[str, Any]:
        """Each registered function's result over the keys of `data`."""
        values = tuple(map(self.key, data))
        shared: Any = values
        if any(function.func in _ON_ARRAYS for function in self.functions.values()):
            shared = np.asarray(values)
        return {
            name: function(shared if function.func in _ON_ARRAYS else values)
            for name, function in self.functions.items()
        }
