"""`evosweep.sweep`: an experiment from a dict, as the command line would perform it."""

from pathlib import Path
from typing import Any

import pytest

import evosweep
from evosweep.config import yaml_subset
from evosweep.errors import InputError
from evosweep.notebook.sweeping import _written

CONFIG: dict[str, Any] = {
    "experiment": "tiny",
    "problems": {"onemax": {"use": "onemax", "params": {"bits": 8}}},
    "algorithms": {
        "simple": {"use": "ea_simple", "params": {"population": 4, "generations": 1},
                   "grid": {"crossover": [0.25, 1e-5]}},
    },
    "backends": {"serial": {"use": "serial"}},
    "seeds": range(1, 3),
}  # fmt: skip


@pytest.mark.slow  # test_figure.py sweeps a dict each time
def test_a_dict_becomes_a_config_and_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    results = evosweep.sweep(CONFIG, cores=2)
    assert len(results) == 4
    assert set(results.runs()["algorithm.crossover"]) == {0.25, 1e-5}
    assert "4 runs are done" in "".join(capsys.readouterr())
    assert yaml_subset.read(Path("tiny.yaml"))["seeds"] == [1, 2]


def test_a_config_of_the_user_s_own_is_never_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tiny.yaml").write_text("experiment: mine\n")
    with pytest.raises(InputError, match="has not written"):
        evosweep.sweep(CONFIG)
    assert Path("tiny.yaml").read_text() == "experiment: mine\n"
    assert _written(CONFIG, "other.yaml") == Path("other.yaml")
    assert _written(CONFIG | {"seeds": [7]}, "other.yaml") == Path("other.yaml")
    assert yaml_subset.read(Path("other.yaml"))["seeds"] == [7]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"experiment": None}, "experiment: the config needs a name"),
        ({"problems": {"onemax": {"use": "onemx"}}}, "did you mean 'onemax'"),
        ({"seeds": {object()}}, "config: not plain data"),
        ({"problems": {"p": {"use": "onemax", "params": {"bits": (1, 2)}, "grd": {}}}}, "grd"),
    ],
)
def test_bad_input_is_told_before_anything_runs(
    change: dict[str, Any], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=message):
        evosweep.sweep(CONFIG | change)
    assert not Path("results").exists()
