"""Sources are found and digested without being run; signatures are read from them."""

import subprocess
import sys
from pathlib import Path

import pytest

from evosweep.errors import InputError
from evosweep.plugins import signatures, sources

RAISES = "raise SystemExit('this module must not be imported')\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, "my_problem.py", RAISES + "import shared.tools\ndef build(bits): pass\n")
    write(tmp_path, "shared/__init__.py", "")
    write(tmp_path, "shared/tools.py", "from . import deep\nimport numpy\n")
    write(tmp_path, "shared/deep.py", "import my_problem\n")
    write(tmp_path, "unrelated.py", "")
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def digest(folder: Path, use: str = "my_problem:build") -> str:
    """The digest as a fresh process computes it: nothing cached, nothing imported."""
    code = f"from evosweep.plugins.sources import digest; print(digest('problem', {use!r}, '.'))"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, check=True, capture_output=True, text=True
    ).stdout


@pytest.mark.parametrize("edited", ["my_problem.py", "shared/__init__.py", "shared/deep.py"])
def test_digest_follows_imports_below_the_same_folder(folder: Path, edited: str) -> None:
    before = digest(folder)
    assert digest(folder) == before
    with (folder / edited).open("a") as file:
        file.write("# edited\n")
    assert digest(folder) != before


def test_digest_ignores_files_that_are_not_imported(folder: Path) -> None:
    before = digest(folder)
    write(folder, "unrelated.py", "# edited\n")
    assert digest(folder) == before


def test_pythonpath_is_searched_after_the_import_path(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    write(elsewhere, "my_problem.py", "")
    write(elsewhere, "only_here.py", "def build(): pass\n")
    monkeypatch.syspath_prepend(str(elsewhere))
    assert sources.find("my_problem", str(folder)).path == folder / "my_problem.py"
    assert sources.find("only_here", str(folder)).path == elsewhere / "only_here.py"


def test_an_installed_module_is_digested_alone(tmp_path: Path) -> None:
    found = sources.find("deap.algorithms", str(tmp_path))
    assert found is not None
    assert found.path.name == "algorithms.py"
    assert digest(tmp_path, "deap.algorithms:eaSimple")


@pytest.mark.parametrize("kind", ["problem", "algorithm"])
def test_every_built_in_is_found_with_its_parameters(kind: str, tmp_path: Path) -> None:
    for name in sources.builtins(kind):
        assert len(sources.digest(kind, name, str(tmp_path))) == 64
        assert signatures.find_signature(kind, name, str(tmp_path)) is not None


@pytest.mark.parametrize(
    ("use", "message"),
    [
        ("onemx", "unknown problem 'onemx'; allowed: .*did you mean 'onemax'"),
        ("nowhere:build", "no module 'nowhere'"),
        ("my_problem:", "not of the form module:function"),
        ("../my_problem:build", "not of the form module:function"),
        ("my_problem:biuld", "no function 'biuld' in .*my_problem.py.*did you mean 'build'"),
        ("broken:build", r"broken.py, line 1: "),
    ],
)
def test_what_does_not_exist_is_named(folder: Path, use: str, message: str) -> None:
    write(folder, "broken.py", "def build(:\n")
    with pytest.raises(InputError, match=message):
        signatures.find_signature("problem", use, str(folder))


@pytest.mark.parametrize(
    ("source", "params", "keys"),
    [
        ("def f(a, b=1): pass", ["a"], []),
        ("def f(a, b=1): pass", ["b"], ["params.a"]),
        ("def f(a, *, c): pass", ["a", "d"], ["params.d", "params.c"]),
        ("def f(**anything): pass", ["x"], []),
        ("def f(): pass", ["x"], ["params.x"]),
        ("@wrapped\ndef f(a): pass", ["x"], []),
        ("f = functools.partial(g, 1)", ["x"], []),
        ("from deap.benchmarks import sphere as f", ["x"], []),
        ("from somewhere import *", ["x"], []),
        ("if True:\n  def f(a): pass", ["x"], ["params.x", "params.a"]),
        ("try:\n  import a\nexcept ImportError:\n  def f(a): pass", ["a"], []),
        ("def g(): pass", [], ["use"]),
    ],
)
def test_complaints_about_parameters(
    tmp_path: Path, source: str, params: list[str], keys: list[str]
) -> None:
    name = f"module_{abs(hash(source))}"
    write(tmp_path, f"{name}.py", source)
    found = signatures.complaints("problem", f"{name}:f", params, str(tmp_path))
    assert [key for key, _ in found] == keys


@pytest.mark.parametrize(
    ("source", "params", "keys"),
    [
        ("def f(toolbox, *, statistics, hall_of_fame, size): pass", ["size"], []),
        ("def f(toolbox, *, statistics, hall_of_fame, size): pass", ["toolbox"], ["toolbox"]),
        ("def f(population, toolbox, cxpb, stats=None): pass", ["population", "cxpb"], []),
        ("def f(population, toolbox, cxpb, stats=None): pass", ["population", "stats"], ["stats"]),
    ],
)
def test_an_algorithm_is_handed_its_toolbox_and_statistics(
    tmp_path: Path, source: str, params: list[str], keys: list[str]
) -> None:
    name = f"module_{abs(hash(source))}"
    write(tmp_path, f"{name}.py", source)
    found = [key for key, _ in signatures.complaints("algorithm", f"{name}:f", params, tmp_path)]
    assert [key.removeprefix("params.") for key in found][: len(keys)] == keys


def test_a_spec_is_read_without_deap_numpy_or_snakemake() -> None:
    code = (
        "import sys, evosweep.config.spec;"
        "print({'deap', 'numpy', 'scoop', 'mlflow', 'snakemake', 'pandas'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "set()"
