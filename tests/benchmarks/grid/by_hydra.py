"""The grid as a multirun of Hydra with its joblib launcher, and MLflow's client in each run.

python by_hydra.py RUNS      in an empty folder, in which MLflow's database is made
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import hydra
from evolution import BITS, CONFIGURATIONS, CROSSOVER, MUTATION, PROCESSES, Point
from hydra.core.config_store import ConfigStore
from logged import evolve_and_log, prepare


@dataclass
class Config:
    """What a run is told."""

    uri: str
    seed: int = 1
    bits: int = 100
    crossover: float = 0.5
    mutation: float = 0.2


ConfigStore.instance().store("config", Config)


@hydra.main(version_base=None, config_name="config")
def run(config: Config) -> None:
    """Perform and log one run."""
    point = Point(config.seed, config.bits, config.crossover, config.mutation)
    evolve_and_log(point, config.uri)


def command_line(runs: int, uri: str) -> list[str]:
    """Return the words after `python PROGRAM` for about so many runs: whole seeds."""
    seeds = max(1, runs // CONFIGURATIONS)
    swept = {
        "seed": range(1, seeds + 1),
        "bits": BITS,
        "crossover": CROSSOVER,
        "mutation": MUTATION,
    }
    grid = [f"{name}={','.join(map(str, values))}" for name, values in swept.items()]
    how = ["hydra/launcher=joblib", f"hydra.launcher.n_jobs={PROCESSES}"]
    return ["--multirun", *how, f"uri={uri}", *grid]


if __name__ == "__main__":
    address = f"sqlite:///{Path('mlflow.db').absolute()}"
    prepare(address)
    sys.argv[1:] = command_line(int(sys.argv[1]), address)
    run()
