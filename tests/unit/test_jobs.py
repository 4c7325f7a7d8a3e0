"""How runs are packed into jobs."""

from itertools import product

import pytest

from evosweep.config.spec import RunSpec
from evosweep.workflow.jobs import ENOUGH, Job, Planned, pack


def planned(
    seeds: int = 1,
    bits: tuple[int, ...] = (10,),
    *,
    use: str = "onemax",
    backends: tuple[tuple[str, int], ...] = (("serial", 1),),
) -> list[Planned]:
    """Runs of a grid."""
    runs = []
    for size, (backend, workers), seed in product(bits, backends, range(seeds)):
        spec = {
            "problem": {"use": use, "params": {"bits": size}},
            "algorithm": {"use": "ea_simple"},
            "backend": {"use": backend, "workers": workers},
            "seed": seed,
            "import_path": "config",
        }
        run = RunSpec.parse(spec).named_by({"problem": "", "algorithm": ""})
        runs.append(Planned(run, f"onemax(bits={size}) simple {backend}"))
    return runs


def packed(
    runs: list[Planned], size: int | str = "auto", *, seconds: float | None = 1.0, cores: int = 2,
    alone: bool = False,
) -> list[Job]:  # fmt: skip
    """The jobs of runs that take so many seconds each."""
    return list(pack(runs, size, cores=cores, estimate=lambda _: seconds, alone=alone))


def lengths(jobs: list[Job]) -> list[int]:
    """How many runs each has."""
    return [len(job.runs) for job in jobs]


def test_a_hundred_configurations_with_one_seed_are_as_few_jobs_as_a_hundred_seeds() -> None:
    configurations = packed(planned(1, tuple(range(1, 101))), seconds=0.015)
    seeds = packed(planned(100), seconds=0.015)
    assert lengths(configurations) == lengths(seeds) == [50, 50]
    assert configurations[0].label == "50 runs of 50 configurations, "
    assert seeds[0].options[0] == "--seeds"
    assert not configurations[0].options


@pytest.mark.parametrize(("seconds", "jobs"), [(0.01, 4), (1.0, 10), (ENOUGH, 200), (100.0, 200)])
def test_a_job_is_about_twenty_seconds_of_work(seconds: float, jobs: int) -> None:
    parts = lengths(packed(planned(200), seconds=seconds, cores=4))
    assert len(parts) == jobs
    assert sum(parts) == 200
    assert max(parts) - min(parts) <= 1


def test_never_fewer_jobs_than_keep_all_cores_busy() -> None:
    backends = (("serial", 1), ("pool", 2))
    jobs = packed(planned(40, backends=backends), seconds=0.01, cores=8)
    assert [job.workers for job in jobs] == [1] * 8 + [2] * 4


def test_a_run_of_which_nothing_is_known_has_a_job_of_its_own() -> None:
    assert lengths(packed(planned(5), seconds=None)) == [1] * 5


def test_runs_share_a_job_with_those_of_their_backend_only() -> None:
    jobs = packed(planned(4, (10, 20), backends=(("serial", 1), ("pool", 2))), seconds=0.1, cores=1)
    assert [{run.backend.use for run in job.runs} for job in jobs] == [{"serial"}, {"pool"}]


def test_runs_of_a_users_own_code_have_a_process_each_within_a_job() -> None:
    [job] = packed(planned(4, use="my_problem:build"), seconds=0.1, cores=1)
    assert "--apart" in job.options
    [builtin] = packed(planned(4), seconds=0.1, cores=1)
    assert "--apart" not in builtin.options


def test_a_number_counts_seeds_of_one_configuration() -> None:
    jobs = packed(planned(3, (10, 20)), 2)
    assert lengths(jobs) == [2, 1, 2, 1]
    assert [job.options for job in jobs[:2]] == [["--seeds", "0-1"], []]


def test_in_a_container_a_job_has_seeds_of_one_configuration() -> None:
    jobs = packed(planned(3, (10, 20)), 2, alone=True)
    assert lengths(jobs) == [2, 1, 2, 1]


def test_a_job_is_named_by_exactly_its_runs() -> None:
    [one] = packed(planned(1), 3)
    assert one.name == one.runs[0].run_id
    names = {job.name for job in packed(planned(9), 2)}
    assert len(names) == 5
    assert all(len(name) == 12 for name in names)
