"""Evaluations that fail, hang, kill, draw, change or return nonsense: on every backend alike."""

from typing import Any

import pytest
from hits import hit, kills
from runs import Run
from troubled import MARK
from windows import EVALUATING

BACKENDS = [("serial", 1), ("pool", 2), ("scoop", 2)]
every_backend = pytest.mark.parametrize(("backend", "workers"), BACKENDS)


def _assert_names_an_individual(run: Run, kind: str) -> None:
    failure = run.failure
    assert failure["kind"] == kind
    assert failure["index"] > 0
    assert failure["individual"][:4] == MARK
    assert failure["remedy"]
    assert not (run.folder / "record.json").exists()


@every_backend
@pytest.mark.parametrize(
    ("trouble", "kind", "says"),
    [
        ("raises", "program", "ZeroDivisionError: nothing divides this"),
        ("exits", "program", "SystemExit: 3"),
        ("nan", "fitness", "returned NaN"),
        ("infinity", "fitness", "infinite: true"),
        ("text", "fitness", "'high'"),
        ("two", "fitness", "2 values, and the fitness has 1 weights"),
        ("draws", "stochastic", "stochastic: true"),
        ("draws_numpy", "stochastic", "stochastic: true"),
        ("changes", "impure", "lamarckian"),
    ],
)
def test_is_stopped_with_the_individual_and_a_remedy(
    make_run: Any, backend: str, workers: int, trouble: str, kind: str, says: str
) -> None:
    run = make_run(backend, workers, trouble=trouble, seconds=0.02)  # worth a worker
    code, errors = run.complete()
    assert code == 1, errors
    assert says in errors
    assert len(errors.splitlines()) == 1, errors
    _assert_names_an_individual(run, kind)
    if kind == "program":
        assert "troubled.py" in run.failure["traceback"]
    assert not run.left_after()


@kills(EVALUATING)
@every_backend
def test_that_kills_its_worker_three_times_is_named(
    make_run: Any, backend: str, workers: int
) -> None:
    run = make_run(backend, workers, trouble="kills", seconds=0.002)
    code, errors = run.complete()
    assert code == 1, errors
    assert "killed its worker 3 times" in errors
    hit(EVALUATING)
    assert "SIGKILL" in errors
    assert "memory ran out" in errors
    _assert_names_an_individual(run, "worker")
    assert not run.left_after()


@kills(EVALUATING)
@every_backend
def test_that_kills_its_worker_once_is_made_good(
    make_run: Any, injected: Any, tmp_path: Any, backend: str, workers: int
) -> None:
    run = make_run(backend, workers, trouble="kills", once=str(tmp_path / "once"))
    with injected(f"an evaluation that kills its worker, {backend}") as one:
        code, errors = run.complete()
        assert code == 0, errors
        assert (tmp_path / "once").exists()
        hit(EVALUATING)
        one.left = len(run.left_after())
        one.digest = run.digest


@every_backend
def test_that_hangs_is_killed_with_all_it_started(
    make_run: Any, backend: str, workers: int
) -> None:
    run = make_run(backend, workers, trouble="hangs", timeout=1.0)
    run.start()
    code, errors = run.finish()
    assert code == 1, errors
    assert "longer than its timeout of 1 s" in errors
    _assert_names_an_individual(run, "timeout")
    assert not run.left_after()


@pytest.mark.parametrize(
    ("trouble", "backend", "workers"),
    [
        *[(trouble, *backend) for trouble in ("raises", "nan") for backend in BACKENDS],
        pytest.param("kills", "pool", 2, marks=kills(EVALUATING)),
        ("hangs", "pool", 2),
        # Each of these starts the whole group again, three times an individual that kills.
        *[
            pytest.param("kills", *backend, marks=[pytest.mark.slow, kills(EVALUATING)])
            for backend in BACKENDS[::2]
        ],
        *[pytest.param("hangs", *backend, marks=pytest.mark.slow) for backend in BACKENDS[::2]],
    ],
)
def test_with_a_penalty_gives_the_same_everywhere_and_again(
    make_run: Any, penalised: str, trouble: str, backend: str, workers: int
) -> None:
    policy: dict[str, Any] = {"failure": {"penalty": [-1.0]}, "seconds": 0.001}
    if trouble == "hangs":
        policy |= {"timeout": 0.3}
    run = make_run(backend, workers, trouble=trouble, **policy)
    code, errors = run.complete()
    assert code == 0, errors
    assert run.record["failures"]["penalised"] > 0
    if trouble == "kills":
        hit(EVALUATING)
    assert run.digest == penalised


@pytest.fixture(scope="module")
def penalised(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest where every individual in trouble has the penalty, done without any trouble."""
    from runs import spec

    run = Run(
        tmp_path_factory.mktemp("penalised") / "run",
        spec(trouble="raises", failure={"penalty": [-1.0]}, seconds=0.0),
    )
    assert run.complete()[0] == 0
    return run.digest


@every_backend
def test_that_fails_once_is_tried_again(
    make_run: Any, reference: str, tmp_path: Any, backend: str, workers: int
) -> None:
    run = make_run(
        backend, workers, trouble="raises", once=str(tmp_path / "once"), failure={"retry": 2}
    )
    code, errors = run.complete()
    assert code == 0, errors
    assert run.record["failures"] == {"penalised": 0, "retried": 1}
    assert run.digest == reference


@every_backend
def test_a_failed_run_is_tried_again_by_the_same_command(
    make_run: Any, reference: str, tmp_path: Any, backend: str, workers: int
) -> None:
    run = make_run(backend, workers, trouble="raises", once=str(tmp_path / "once"))
    assert run.complete()[0] == 1
    assert run.complete()[0] == 0
    assert not (run.folder / "failure.json").exists()
    assert run.digest == reference
