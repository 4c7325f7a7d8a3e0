"""Sources are found and digested without being run; signatures are read from them."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from evosweep.errors import InputError
from evosweep.plugins import search, signatures, sources

PACKAGE = Path(sources.__file__).parents[1]
RAISES = "raise SystemExit('this module must not be imported')\n"


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """Each test has files of its own."""
    yield
    for cached in (search._find, search._search_path, sources.tree):
        cached.cache_clear()


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


def digest(folder: Path, use: str = "my_problem:build", kind: str = "problem") -> str:
    """The digest as a fresh process computes it: nothing cached, nothing imported."""
    code = f"from evosweep.plugins.sources import digest; print(digest({kind!r}, {use!r}, '.'))"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, check=True, capture_output=True, text=True
    ).stdout


def test_digest_follows_folders_without_init(folder: Path) -> None:
    write(folder, "lab/measure.py", "")
    write(folder, "lab/inner/scale.py", "factor = 1\n")
    write(folder, "my_problem.py", "from lab.inner.scale import factor\ndef build(bits): pass\n")
    before = digest(folder)
    write(folder, "lab/inner/scale.py", "factor = 2\n")
    assert digest(folder) != before


@pytest.mark.parametrize("edited", ["my_problem.py", "shared/__init__.py", "shared/deep.py"])
def test_digest_follows_imports_below_the_same_folder(folder: Path, edited: str) -> None:
    before = digest(folder)
    assert digest(folder) == before
    text = (folder / edited).read_text()
    (folder / edited).write_text(f'"""A docstring."""\n\n{text}  # a comment\n\n')
    assert digest(folder) == before
    (folder / edited).write_text(f"{text}edited = 1\n")
    assert digest(folder) != before


def test_digest_ignores_files_that_are_not_imported(folder: Path) -> None:
    before = digest(folder)
    write(folder, "unrelated.py", "edited = 1\n")
    assert digest(folder) == before


def test_digest_follows_imports_to_other_folders_of_the_user(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    write(elsewhere, "library.py", "import subprocess\nVALUE = 1\n")
    write(folder, "my_problem.py", "import library\ndef build(): pass\n")
    monkeypatch.setenv("PYTHONPATH", str(elsewhere))
    before = digest(folder)
    write(elsewhere, "library.py", "import subprocess\nVALUE = 2\n")
    assert digest(folder) != before


def copy_of_evosweep(folder: Path) -> Path:
    """The package as somebody edits it, with the folder to put on PYTHONPATH.

    What is compiled is copied, too: of an edited file it is out of date by the file's size.
    """
    shutil.copytree(PACKAGE, folder / "evosweep")
    return folder


@cache
def digests_before() -> dict[str, str]:
    """The digests of the built-ins of a copy that nobody has edited."""
    with TemporaryDirectory() as folder:
        return digests_of_built_ins(copy_of_evosweep(Path(folder)))


def digests_of_built_ins(copy: Path) -> dict[str, str]:
    code = (
        "import evosweep, json; from evosweep.plugins.sources import builtins, digest;"
        "print(json.dumps({'file': evosweep.__file__} | {f'{kind} {name}': digest(kind, name, '')"
        "for kind in ('problem', 'algorithm') for name in builtins(kind)}))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env=os.environ | {"PYTHONPATH": str(copy)},
        check=True,
        capture_output=True,
        text=True,
    )
    digests: dict[str, str] = json.loads(done.stdout)
    assert digests.pop("file").startswith(str(copy))
    return digests


@pytest.mark.thorough
@pytest.mark.parametrize(
    "edited",
    [
        "plugins/builtins.py",
        "plugins/parameters.py",
        "plugins/deap_interface.py",
        "algorithms/__init__.py",
        "problems/__init__.py",
        "fast/selection.py",
        "errors.py",
    ],
)
def test_what_decides_no_result_is_in_no_digest(tmp_path: Path, edited: str) -> None:
    copy = copy_of_evosweep(tmp_path)
    with (copy / "evosweep" / edited).open("a") as file:
        file.write("\nedited = 1\n")
    assert digests_of_built_ins(copy) == digests_before()


@pytest.mark.thorough
def test_a_new_built_in_leaves_every_other_digest(tmp_path: Path) -> None:
    copy, before = copy_of_evosweep(tmp_path), digests_before()
    table = copy / "evosweep" / "plugins" / "builtins.py"
    table.write_text(table.read_text().replace('    "onemax",\n', '    "onemax",\n    "onemin",\n'))
    write(copy / "evosweep", "problems/onemin.py", "def onemin():\n    return None\n")
    after = digests_of_built_ins(copy)
    assert after.pop("problem onemin")
    assert after == before


@pytest.mark.parametrize(
    ("edited", "renamed"),
    [
        ("problems/typed_crossover.py", "problem tree_classifier"),
        ("problems/toolboxes.py", "problem onemax"),
        ("algorithms/generation.py", "algorithm nsga2"),
        ("algorithms/genomes.py", "algorithm cma_es"),
    ],
)
@pytest.mark.thorough
def test_an_edited_operator_renames_what_uses_it(tmp_path: Path, edited: str, renamed: str) -> None:
    copy, before = copy_of_evosweep(tmp_path), digests_before()
    with (copy / "evosweep" / edited).open("a") as file:
        file.write("\nedited = 1\n")
    after = digests_of_built_ins(copy)
    assert after[renamed] != before[renamed]
    assert (
        after["algorithm scipy_de" if "problem" in renamed else "problem onemax"]
        == (before["algorithm scipy_de" if "problem" in renamed else "problem onemax"])
    )


@pytest.mark.parametrize(
    "statement",
    [
        "from evosweep.variation import cx_one_point",
        "from evosweep.problems import typed_crossover",
    ],
)
def test_the_typed_crossover_is_in_the_digest_of_a_problem_that_uses_it(
    folder: Path, statement: str
) -> None:
    write(folder, "my_problem.py", f"{statement}\ndef build(): pass\n")
    modules = [
        source.module for source in sources.covered("problem", "my_problem:build", str(folder))
    ]
    assert "evosweep.problems.typed_crossover" in modules
    assert not {"evosweep", "evosweep.problems", "evosweep.fast"} & set(modules)


def test_pythonpath_is_searched_after_the_import_path(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    write(elsewhere, "my_problem.py", "")
    write(elsewhere, "only_here.py", "def build(): pass\n")
    monkeypatch.setenv("PYTHONPATH", f"{elsewhere}:")
    search._search_path.cache_clear()
    assert search.find("my_problem", str(folder)).path == folder / "my_problem.py"
    assert search.find("only_here", str(folder)).path == elsewhere / "only_here.py"


def test_the_working_folder_is_searched_only_where_it_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", ["", str(folder), *sys.path])
    monkeypatch.setenv("PYTHONPATH", ":")
    search._search_path.cache_clear()
    search._find.cache_clear()
    assert search.find("my_problem", "") is None
    assert search.find("my_problem", "shared") is None
    assert search.find("my_problem", ".").path == folder / "my_problem.py"
    before = list(sys.path)
    search.make_importable("")
    assert sys.path == before


def test_an_installed_module_is_digested_alone(tmp_path: Path) -> None:
    [source] = sources.covered("algorithm", "deap.algorithms:eaSimple", str(tmp_path))
    assert source.path.name == "algorithms.py"
    assert digest(tmp_path, "deap.algorithms:eaSimple", "algorithm")


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
