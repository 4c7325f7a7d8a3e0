"""Names of problems and algorithms: every wrong one gets one line."""

from pathlib import Path

import pytest

from evosweep.errors import InputError
from evosweep.plugins.loading import check_parameters, load_algorithm, load_problem


def test_short_name_and_module_function_give_the_same_function() -> None:
    short = load_problem("onemax")
    assert short is load_problem("evosweep.problems.onemax:onemax")


def test_a_problem_beside_the_config_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.path", [*__import__("sys").path])
    (tmp_path / "my_naming_problem.py").write_text("def build():\n    return 3\n")
    assert load_problem("my_naming_problem:build", str(tmp_path))() == 3


@pytest.mark.parametrize(
    ("use", "words"),
    [
        ("onemx", "did you mean 'onemax'"),
        ("nothing_like_it", "no built-in problem"),
        ("no_such_module:build", "no module 'no_such_module'"),
        ("evosweep.problems.onemax:onemxa", "did you mean 'onemax'"),
        ("evosweep.problems.onemax:", "no function ''"),
        ("broken_module:build", "importing broken_module failed: ZeroDivisionError"),
        ("needy_module:build", "needs the module 'surely_not_installed'"),
    ],
)
def test_wrong_names(use: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", [*__import__("sys").path])
    (tmp_path / "broken_module.py").write_text("1 / 0\n")
    (tmp_path / "needy_module.py").write_text("import surely_not_installed\n")
    with pytest.raises(InputError, match=words) as raised:
        load_problem(use, str(tmp_path))
    assert "\n" not in str(raised.value)


def test_parameters_are_checked_against_the_function() -> None:
    build = load_problem("onemax")
    check_parameters(build, {"bits": 3}, "problem onemax")
    with pytest.raises(InputError, match=r"no parameter 'bit'; .*; did you mean 'bits'\?"):
        check_parameters(build, {"bit": 3}, "problem onemax")


def test_parameters_of_a_stock_algorithm() -> None:
    stock = load_algorithm("deap.algorithms:eaSimple")
    good = {"population": 10, "cxpb": 0.5, "mutpb": 0.2, "ngen": 3}
    check_parameters(stock, good, "algorithm", skip=1)
    with pytest.raises(InputError, match="needs the parameter 'ngen'"):
        check_parameters(stock, {k: v for k, v in good.items() if k != "ngen"}, "algorithm", skip=1)
    with pytest.raises(InputError, match="no parameter 'stats'"):
        check_parameters(stock, {**good, "stats": 1}, "algorithm", skip=1)
