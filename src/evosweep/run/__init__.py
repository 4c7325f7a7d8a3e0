"""One run from its spec to its receipt; nothing of processes, grids or tracking."""

import importlib
import sys
from types import ModuleType


class _Room(ModuleType):
    """This package, which is also the function `evosweep.run(...)`."""

    def __call__(self, *args: object, **options: object) -> object:
        """Perform one run from a notebook; see `evosweep.notebook.one_run.run`."""
        return importlib.import_module("evosweep.notebook.one_run").run(*args, **options)


sys.modules[__name__].__class__ = _Room
