"""A preload for Dask's workers: `dask worker --preload evosweep.entry.dask_worker`.

It imports slow modules, so that a worker's first chunk takes no longer than the others.
"""

import evosweep.evaluation.worker  # noqa: F401 - that is the purpose
from evosweep.backends.dask_draws import keep_apart
from evosweep.processes import safe_path

safe_path.release()
keep_apart()
