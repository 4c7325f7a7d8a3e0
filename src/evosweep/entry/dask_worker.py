"""What a worker of Dask imports first: `dask worker --preload evosweep.entry.dask_worker`.

Its first chunk then takes no longer than the others.
"""

import evosweep.evaluation.worker  # noqa: F401 - that is the purpose
from evosweep.backends.dask_draws import keep_apart
from evosweep.processes import safe_path

safe_path.release()
keep_apart()
