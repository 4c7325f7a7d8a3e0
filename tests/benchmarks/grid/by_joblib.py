"""The grid by joblib on two processes, with MLflow's client in each run.

python by_joblib.py RUNS     in an empty folder, in which MLflow's database is made
"""

import sys
from pathlib import Path

from evolution import PROCESSES, points
from joblib import Parallel, delayed
from logged import evolve_and_log, prepare


def main(runs: int) -> None:
    """Perform and log the first runs of the grid."""
    uri = f"sqlite:///{Path('mlflow.db').absolute()}"
    prepare(uri)
    run = delayed(evolve_and_log)
    Parallel(n_jobs=PROCESSES)(run(point, uri) for point in points(runs))


if __name__ == "__main__":
    main(int(sys.argv[1]))
