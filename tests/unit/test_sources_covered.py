"""Which modules a digest covers, and of which bytes it is; all within this process."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from evosweep.errors import InputError
from evosweep.plugins import search, sources
from evosweep.plugins.search import Source


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """Each test has files of its own."""
    yield
    caches = (search._find, search._search_path, sources.tree, sources._digest, sources.file_digest)
    for cached in caches:
        cached.cache_clear()


FILES = {
    "first.py": "import os, plain\nimport package.inner as short\nfrom other import name, left\n",
    "plain.py": "from nowhere import thing\nfrom star import *\n",
    "other.py": "def f():\n    import late\n",
    "late.py": "import first\n",
    "star.py": "",
    "left.py": "",
    "package/__init__.py": "from . import sibling\nfrom .. import above\n",
    "package/inner/__init__.py": "from .deep import value\nfrom ..beside import one\n",
    "package/inner/deep.py": "from . import near\nfrom ..cousin.child import c\n",
    "package/inner/near.py": "",
    "package/sibling.py": "",
    "package/beside.py": "import evosweep.errors\nimport evosweep.problems.continuous\n",
    "package/cousin/__init__.py": "",
    "package/cousin/child.py": "import numpy, deap.gp\nimport evosweep.algorithms\n",
    "package/unasked.py": "",
    "unasked.py": "",
}
COVERED = {
    "first", "plain", "other", "late", "star", "package", "package.inner", "package.inner.deep",
    "package.inner.near", "package.sibling", "package.beside", "package.cousin",
    "package.cousin.child",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_imports_are_followed_through_packages(folder: Path) -> None:
    found = sources.covered("problem", "first:build", str(folder))
    assert found[0] == Source("first", folder / "first.py", str(folder))
    own = {source.module for source in found if source.root == str(folder)}
    assert own == COVERED
    others = {source.module for source in found} - own
    assert "evosweep.problems.continuous" in others
    assert all(name.startswith(("evosweep.problems.", "evosweep.algorithms.", "evosweep.variation"))
               for name in others), others  # fmt: skip


def test_the_packages_around_a_module_are_covered(folder: Path) -> None:
    """Python executes them before it, whatever the module itself imports."""
    first, *others = sources.covered("problem", "package.inner.near:build", str(folder))
    assert first.module == "package.inner.near"
    assert {"package", "package.inner"} <= {source.module for source in others}


def test_the_digest_is_that_of_names_and_normal_forms(folder: Path) -> None:
    (folder / "one.py").write_text("import two  # a comment\n\n\nx = 1\n")
    (folder / "two.py").write_text('"""Doc."""\ny = 2\n')

    def sha(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()

    expected = sha(f"one\none {sha('import two' + chr(10) + 'x = 1')}\ntwo {sha('y = 2')}")
    assert sources.digest("problem", "one:build", str(folder)) == expected
    (folder / "two.py").write_text("y = 3\n")
    assert sources.digest("problem", "one:build", str(folder)) == expected  # in one process


def test_an_extension_is_digested_as_it_is(folder: Path) -> None:
    library = folder / "compiled.so"
    library.write_bytes(b"\x7fELF # no text\n")
    assert sources.file_digest(library) == hashlib.sha256(library.read_bytes()).hexdigest()
    assert list(sources._imported(Source("compiled", library, str(folder)))) == []


def test_a_lone_surrogate_has_a_digest(folder: Path) -> None:
    (folder / "odd.py").write_text("x = '\\ud800'\n")
    assert len(sources.file_digest(folder / "odd.py")) == 64


def test_the_working_folder_counts_where_modules_are_the_users(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The import path is relative to it: the same words name other files in another folder."""
    monkeypatch.chdir(folder)
    relative = sources.digest("problem", "first:build", ".")
    assert relative == sources.digest("problem", "first:build", str(folder))
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "first.py").write_text("x = 1\n")
    monkeypatch.chdir(elsewhere)
    assert sources.digest("problem", "first:build", ".") != relative


def test_names_are_resolved() -> None:
    assert sources.resolve("problem", "package.module:function") == ("package.module", "function")
    module, function = sources.resolve("problem", "onemax")
    assert sources.builtins("problem")["onemax"] == f"{module}:{function}"
    assert sources.builtins("callback") == {}
    assert sources.resolve("callback", "mine:report") == ("mine", "report")
    fitting = "m" * (300 - 2) + ":f"
    assert sources.resolve("problem", fitting) == (fitting[:-2], "f")
    for use in (f"m{fitting}", "a b:f", ":f", "m:", "m..n:f", "m:f:g", "m:1"):
        with pytest.raises(InputError, match="is not of the form module:function"):
            sources.resolve("problem", use)


def test_unknown_names_are_told_from_allowed_ones() -> None:
    with pytest.raises(InputError) as refused:
        sources.resolve("algorithm", "ea_simpel")
    said = str(refused.value)
    names = ", ".join(sources.builtins("algorithm"))
    assert said.startswith("unknown algorithm 'ea_simpel'; allowed: ")
    assert f"allowed: {names}, or module:function" in said
    assert "did you mean 'ea_simple'" in said
    with pytest.raises(InputError, match=r"unknown callback 'x'; allowed: module:function$"):
        sources.resolve("callback", "x")


def test_where_a_module_is_missing(folder: Path) -> None:
    with pytest.raises(InputError) as refused:
        sources.locate("problem", "nowhere_at_all:f", str(folder))
    assert str(refused.value) == (
        f"no module 'nowhere_at_all' in '{folder}' or on PYTHONPATH (use: nowhere_at_all:f)"
    )
    with pytest.raises(InputError, match="'nowhere_at_all' in the installed packages or on"):
        sources.locate("problem", "nowhere_at_all:f", "")
    message = "^'json:loads': json is a module of Python's standard library, which has no problems"
    with pytest.raises(InputError, match=message):
        sources.locate("problem", "json:loads", str(folder))
    message = "^'deap.tools:selBest' is no algorithm: the installed package deap"
    with pytest.raises(InputError, match=message):
        sources.locate("algorithm", "deap.tools:selBest", str(folder))
    assert sources.locate("algorithm", "deap.gp:harm", "")[1] == "harm"
    assert sources.locate("problem", "first:build", str(folder)) == (
        Source("first", folder / "first.py", str(folder)), "build",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"x = 1\ny = (\n", ", line 2: '(' was never closed"),
        (b"x = 1\n\xff = 2\n", ""),
        (b"# coding: nothing\n", ""),
        (b"x = 1\0\n", ""),
        (b"# coding: unicode_escape\nx = '\\ud800'\n", ""),
        (b"x = " + b"(" * 1000, ""),
    ],
)
def test_a_source_that_does_not_parse_is_named(folder: Path, content: bytes, said: str) -> None:
    path = folder / "broken.py"
    path.write_bytes(content)
    with pytest.raises(InputError) as refused:
        sources.read_source(path)
    assert str(refused.value).startswith(f"{path}{said}")
    assert not str(refused.value).endswith("None")
    assert refused.value.__cause__ is None


def test_a_source_is_refused_in_one_line(folder: Path) -> None:
    path = folder / "broken.py"
    for content, said in (
        (b"x = 1\ny = (\n", ", line 2: '(' was never closed"),
        (
            b"x = 1\ny = 2\n\xff = 3\n",
            ": 'utf-8' codec can't decode byte 0xff in position 12: invalid start byte",
        ),
    ):
        path.write_bytes(content)
        with pytest.raises(InputError) as refused:
            sources.read_source(path)
        assert str(refused.value) == f"{path}{said}"


def test_a_source_of_more_than_64_mib_is_refused(folder: Path) -> None:
    path = folder / "large.py"
    path.touch()
    os.truncate(path, 2**26 + 1)
    with pytest.raises(InputError, match=f"large.py: has more than {2**26} bytes"):
        sources.read_source(path)


def test_a_source_that_cannot_be_read_is_named(folder: Path) -> None:
    with pytest.raises(InputError) as refused:
        sources.read_source(folder / "missing.py")
    missing = folder / "missing.py"
    assert str(refused.value) == f"{missing}: cannot be read: No such file or directory"
    text, tree = sources.read_source(folder / "plain.py")
    assert text == FILES["plain.py"]
    assert len(tree.body) == 2


def test_what_may_decide_by_its_name() -> None:
    for name in ("evosweep.problems.onemax", "evosweep.algorithms.islands", "mine", "deapish",
                 "evosweep_more", "evosweep.variation"):  # fmt: skip
        assert sources._may_decide(name), name
    for name in ("evosweep", "evosweep.errors", "evosweep.problems", "deap", "deap.tools"):
        assert not sources._may_decide(name), name


def test_what_decides_by_where_it_lies() -> None:
    installed = "/usr/lib/python3/dist-packages"
    mine = Source("mine", Path("/home/me/mine.py"), "/home/me")
    package = Source("package.part", Path(f"{installed}/package/part.py"), installed)
    standard = min(filter(None, search.STANDARD_LIBRARY))
    for source, first, decides in (
        (mine, mine, True),
        (mine, package, True),
        (package, mine, False),
        (package, package, True),
        (package, package._replace(module="package.first"), True),
        (package._replace(module="package.sub.part"), package, True),
        (package, package._replace(module="package.sub.first"), True),
        (package, package._replace(module="other"), False),
        (package, mine._replace(module="package.first"), False),
        (mine._replace(module="package", root=standard), mine, False),
        (package._replace(module="evosweep.problems.x"), mine, True),
    ):
        assert sources._decides(source, first) is decides, (source, first)
