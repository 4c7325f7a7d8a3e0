"""What a worker of Dask imports first: `dask worker --preload evosweep.entry.dask_worker`.

Its first chunk then takes no longer than the others.
"""

import evosweep.evaluation.worker  # noqa: F401 - that is the purpose
from evosweep.processes import safe_path

safe_path.release()
