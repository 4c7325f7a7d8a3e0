"""What the pool's forkserver imports, so that its workers need not; a module without names.

No garbage is looked for meanwhile, and later not among the modules: a look through them would also
give each worker its own copy of the memory that workers share.
"""

import gc
from importlib import import_module

_MODULES = (
    "deap.tools",
    "deap.gp",
    "numpy.random",
    "evosweep.evaluation.worker",
    "evosweep.backends.pool_worker",
)

gc.disable()
for _module in _MODULES:
    import_module(_module)
gc.freeze()
gc.enable()
