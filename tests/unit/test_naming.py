"""Names of problems and algorithms: every wrong one gets one line."""

from pathlib import Path

import pytest

from evosweep.errors import InputError
from evosweep.plugins import search
from evosweep.plugins.loading import load, load_algorithm, load_problem
from evosweep.plugins.signatures import check_parameters, find_signature, judge, signature_of
from evosweep.plugins.sources import builtins


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
        ("nothing_like_it", "unknown problem 'nothing_like_it'"),
        ("no_such_module:build", "no module 'no_such_module'"),
        ("evosweep.problems.onemax:onemxa", "did you mean 'onemax'"),
        ("evosweep.problems.onemax:", "not of the form module:function"),
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


def test_a_module_of_that_name_from_elsewhere_is_not_taken_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.path", [*__import__("sys").path])
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "my_twin.py").write_text(f"def build():\n    return {folder!r}\n")
    assert load_problem("my_twin:build", str(tmp_path / "one"))() == "one"
    with pytest.raises(InputError, match=r"another module my_twin is imported already, from .*one"):
        load_problem("my_twin:build", str(tmp_path / "two"))


@pytest.mark.parametrize(
    ("kind", "use"),
    [
        ("problem", "os:system"),
        ("problem", "subprocess:call"),
        ("algorithm", "runpy:run_path"),
        ("callback", "shutil:rmtree"),
        ("problem", "builtins:exec"),
        ("problem", "posix:system"),
        ("problem", "os.path:join"),
        ("problem", "pip._internal.cli.main:main"),
        ("problem", "numpy:load"),
        ("algorithm", "deap.gp:compile"),
        ("problem", "deap.algorithms:eaSimple"),
        ("problem", "evosweep.cli:main"),
        ("problem", "evosweep.algorithms.ea_simple:ea_simple"),
    ],
)
def test_what_lies_on_the_machine_is_no_problem_and_no_algorithm(
    kind: str, use: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as raised:
        load(kind, use, str(tmp_path))
    assert "name a function of your own" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_installed_package_that_requires_deap_is_its_authors_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tmp_path / "site-packages"
    for name, requires in (("kept_apart", "numpy"), ("written_for_it", "DEAP>=1.4")):
        (packages / name).mkdir(parents=True)
        (packages / name / "__init__.py").write_text("def build():\n    return 4\n")
        info = packages / f"{name}-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Name: {name}\nVersion: 1\nRequires-Dist: {requires}\n")
        (info / "top_level.txt").write_text(name)
    monkeypatch.setattr("sys.path", [*__import__("sys").path, str(packages)])
    search._search_path.cache_clear()
    assert load("problem", "written_for_it:build", "")() == 4
    with pytest.raises(InputError, match="requires deap or evosweep"):
        load("problem", "kept_apart:build", "")
    search._search_path.cache_clear()


def test_the_import_path_is_not_made_importable_for_a_built_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [*__import__("sys").path]
    monkeypatch.setattr("sys.path", [*before])
    load_problem("onemax", str(tmp_path))
    assert __import__("sys").path == before


def test_parameters_are_checked_against_the_function() -> None:
    build = load_problem("onemax")
    check_parameters("problem", "onemax", build, {"bits": 3})
    with pytest.raises(InputError, match=r"no parameter 'bit'; .*; did you mean 'bits'\?"):
        check_parameters("problem", "onemax", build, {"bit": 3})


def test_parameters_of_a_stock_algorithm() -> None:
    use = "deap.algorithms:eaSimple"
    stock = load_algorithm(use)
    good = {"population": 10, "cxpb": 0.5, "mutpb": 0.2, "ngen": 3}
    check_parameters("algorithm", use, stock, good)
    with pytest.raises(InputError, match=r"algorithm\.params\.ngen: missing"):
        check_parameters("algorithm", use, stock, {k: v for k, v in good.items() if k != "ngen"})
    with pytest.raises(InputError, match="no parameter 'stats'"):
        check_parameters("algorithm", use, stock, {**good, "stats": 1})


@pytest.mark.parametrize("kind", ["problem", "algorithm"])
def test_source_and_import_are_judged_alike(kind: str) -> None:
    """What `evosweep check` reads from the source is what the imported function takes."""
    loads = {"problem": load_problem, "algorithm": load_algorithm}
    for use in (*builtins(kind), *(["deap.algorithms:eaSimple"] if kind == "algorithm" else [])):
        read = find_signature(kind, use, "")
        assert read is not None
        imported = signature_of(loads[kind](use))
        for params in ([], ["bits"], ["toolbox"], [*read.names], ["statistics", "stats"]):
            told = [key for key, _ in judge(kind, use, read, params)]
            assert told == [key for key, _ in judge(kind, use, imported, params)] or (
                kind == "algorithm" and use.startswith("deap.")
            )
