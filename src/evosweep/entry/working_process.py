"""The working process of `evosweep run`, where no other program starts it.

Python's garbage collector finds nothing while modules are imported, and would look through all of
them again and again; it would do so during the run, too, so the modules are taken out of its sight.
"""

import gc

gc.disable()

import sys  # noqa: E402
from types import ModuleType  # noqa: E402

from evosweep.processes import guard  # noqa: E402
from evosweep.supervision.performer import main  # noqa: E402


def hide_from_workers(program: ModuleType) -> None:
    """Let no worker import this program; multiprocessing's workers import that of their parent.

    They would import all that a working process needs, which takes them longer than their start.
    """
    program.__spec__ = None
    program.__dict__.pop("__file__", None)


if __name__ == "__main__":
    gc.freeze()
    gc.enable()
    hide_from_workers(sys.modules[__name__])
    guard.follow_supervisor()
    main(sys.argv[1])
