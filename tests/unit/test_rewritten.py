"""What is rewritten before pytest starts is what pytest would rewrite."""

import sys
from importlib import import_module
from pathlib import Path

import pytest
import rewritten

MODULE = "def compare():\n    left = 1\n    assert left == 2\n"


def test_pytest_reads_what_is_kept_and_explains_its_asserts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = tmp_path / "test_rewritten_numbers.py"
    module.write_text(MODULE)
    rewritten.keep(module)
    kept = rewritten.place(module)
    before = kept.stat()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    imported = import_module(module.stem)
    monkeypatch.delitem(sys.modules, module.stem)
    with pytest.raises(AssertionError, match="assert 1 == 2"):
        imported.compare()
    after = kept.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_module_that_has_changed_is_rewritten(tmp_path: Path) -> None:
    module = tmp_path / "test_numbers.py"
    module.write_text(MODULE)
    rewritten.keep(module)
    before = rewritten.place(module).read_bytes()
    rewritten.keep(module)
    assert rewritten.place(module).read_bytes() == before
    module.write_text(MODULE.replace("== 2", "== 3333"))
    rewritten.keep(module)
    assert rewritten.place(module).read_bytes() != before
