"""Mutants of what the promise hangs on are noticed; `make mutants` takes thousands of them."""

import json
import re
from collections import Counter
from pathlib import Path

import chosen
import pytest
from digests import digests_of_tests
from kept import SURVIVED
from mutant import ROOT
from subjects import MODULES, SUBJECTS
from survivors import Explained
from trying import try_out

pytestmark = pytest.mark.thorough


def test_each_subject_has_a_mutant_that_its_tests_notice(tmp_path: Path) -> None:
    mutants = [*chosen.mutants(), chosen.harmless()]
    folder = tmp_path / "outcomes"
    try_out(mutants, digests_of_tests(chosen.TESTS), folder, at_once=1)
    outcomes = {}
    for file in folder.glob("*.jsonl"):
        for line in file.read_text().splitlines():
            told = json.loads(line)
            outcomes[tuple(told["key"])] = told["outcome"].partition("[")[0]
    assert outcomes.pop(chosen.harmless().key) == SURVIVED
    assert len(outcomes) == len(chosen.mutants())
    assert {each for each in outcomes.items() if each[1] not in chosen.TESTS} == set()


def test_every_subject_is_among_them() -> None:
    modules = {mutant.module for mutant in chosen.mutants()}
    missing = [name for name, subject in SUBJECTS.items() if not modules & set(subject.modules)]
    assert missing == []


def test_the_lines_of_survivors_are_those_of_the_code() -> None:
    assert Explained.read().gone() == []


def test_the_table_of_docs_has_every_module_and_adds_up() -> None:
    """Columns: mutants, tried, killed, explained, neither."""
    text = (ROOT / "docs/faults.md").read_text(encoding="utf-8")
    found = re.findall(r"^\| (`\S+\.py`|all) \| (.+) \|$", text, re.MULTILINE)
    rows = {name.strip("`"): list(map(int, cells.split(" | "))) for name, cells in found}
    whole = rows.pop("all")
    assert sorted(rows) == sorted(f"{module}.py" for module in MODULES)
    assert whole == list(map(sum, zip(*rows.values(), strict=True)))
    assert all(sum(row[2:]) == row[1] <= row[0] for row in rows.values())
    explained = Counter(key[0] for key in Explained.read().keys)
    for name, (mutants, tried, _, reasoned, _) in rows.items():
        listed = explained[name.removesuffix(".py")]
        assert reasoned == listed if tried == mutants else reasoned <= listed
