"""Problems: functions `(**params) -> deap.base.Toolbox`, by name.

Nothing heavy is imported here: Snakemake imports this module while it parses.
"""

from collections.abc import Callable
from typing import Any

from evosweep.naming import resolve

_NAMES = (
    "adf_regression",
    "bbob",
    "binary",
    "coco",
    "continuous",
    "dtlz",
    "feature_selection",
    "hyperparameters",
    "knapsack",
    "n_queens",
    "onemax",
    "sorting_network",
    "symbolic_regression",
    "tree_classifier",
    "tsp",
    "zdt",
)
# Each in a module of its own, of the same name.
BUILTINS: dict[str, str] = {name: f"evosweep.problems.{name}:{name}" for name in _NAMES}


def load(use: str, import_path: str = "") -> Callable[..., Any]:
    """The problem function that `use` names: a built-in's short name or `module:function`.

    The folder `import_path` (relative to the working folder) is made importable. Raises
    InputError, in one line, where there is no such module or function.
    """
    return resolve(use, BUILTINS, import_path, "problem")
