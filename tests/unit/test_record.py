"""The record's model: what it reads and refuses, and that its schema and its page are fresh."""

import json
import math
from contextlib import suppress
from pathlib import Path
from typing import Any

import documents
import pytest

from evosweep.errors import Damaged
from evosweep.files import strict_json
from evosweep.files.writing import write_json
from evosweep.records import reading
from evosweep.records.folder import RunFolder
from evosweep.records.record import FailureRecord, Record, RunningRecord, schema

ROOT = Path(__file__).parents[2]


def parse(**changes: Any) -> Record:
    document = documents.record() | changes
    return reading.parse_record(strict_json.dumps(document).encode(), Path("runs") / ("a" * 12))


def test_the_committed_schema_is_the_models() -> None:
    committed = ROOT / "workflow" / "schemas" / "record.schema.json"
    assert committed.read_text() == schema(), "stale: run `make schema`"


def test_every_field_is_described_in_the_schema_and_on_the_page() -> None:
    page = (ROOT / "docs" / "record.md").read_text()
    for model in (Record, FailureRecord, RunningRecord):
        for name, field in model.model_fields.items():
            assert field.description, name
            if model is Record:
                assert f"`{name}`" in page.partition("## Two more")[0], name
            assert f"`{name}`" in page or name in ("started",), name


def test_what_is_written_is_read(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / ("a" * 12))
    folder.create()
    record = parse(stopped={"reason": "target", "generation": 3})
    write_json(folder.record, record.document())
    assert reading.read_record(folder) == record
    assert reading.load_record(folder.record) == record


def test_fields_of_a_newer_version_are_ignored_and_those_of_an_older_are_not_needed() -> None:
    newer = parse(colour="blue", environment={"new": {"deep": [1]}})
    assert newer.environment["new"] == {"deep": [1]}
    assert not hasattr(newer, "colour")
    document = documents.record()
    for later in ("traits", "failures", "sources", "environment", "resumed", "timings"):
        del document[later]
    older = reading.parse_record(json.dumps(document).encode(), Path("x"))
    assert (older.resumed, older.sources, older.timings) == (0, {}, {})


@pytest.mark.parametrize("best", [math.inf, -math.inf, 1.7976931348623157e308, 5e-324, -0.0])
def test_an_infinite_or_extreme_fitness_is_strict_json(best: float, tmp_path: Path) -> None:
    record = parse(best=best)
    assert record.best == best
    write_json(tmp_path / "record.json", record.document())
    text = (tmp_path / "record.json").read_text()
    json.loads(text, parse_constant=lambda name: pytest.fail(f"bare {name}"))
    assert reading.load_record(tmp_path).best == best


@pytest.mark.parametrize("text", ["[a  b]", "[\n1,\n2]", "[1,\t2]", " [ \u2003 ] ", '["[1,  2]"]'])
def test_a_text_that_looks_like_a_list_is_kept_to_the_letter(text: str, tmp_path: Path) -> None:
    """Lists of numbers are written on one line; a parameter that is a text is none."""
    write_json(tmp_path / "any.json", {text: text, "numbers": [1, 2.5]})
    written = (tmp_path / "any.json").read_text()
    assert json.loads(written) == {text: text, "numbers": [1, 2.5]}
    assert '"numbers": [ 1, 2.5 ]' in written


def test_bare_infinity_of_earlier_versions_is_read() -> None:
    document = json.dumps(documents.record() | {"best": math.inf})
    assert "Infinity" in document
    assert reading.parse_record(document.encode(), Path("x")).best == math.inf


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 2}, "format: 2: this evosweep reads format 1 only"),
        ({"run_id": "../.."}, "run_id: '../..': "),
        ({"run_id": "A" * 12}, "run_id: "),
        ({"best": "high"}, "best: 'high': should be a number, or 'inf' or '-inf'"),
        ({"best": "nan"}, "best: 'nan': "),
        ({"best": [1.0, 2.0]}, "best has 2 numbers for 1 objectives"),
        ({"best": 10**400}, "best: 1000"),
        ({"best": True}, "best: True: "),
        ({"weights": []}, "weights: []: "),
        ({"weights": ["inf"]}, "weights[0]: 'inf': "),
        ({"population": -1}, "population: -1: "),
        ({"evaluations": 1e300}, "evaluations: 1e+300: "),
        ({"timings": {"total": -1.0}}, "timings.total: -1.0: "),
        ({"started": "yesterday"}, "started: 'yesterday': should be a time"),
        ({"finished": "0001-01-01T00:00:00"}, "finished: "),
        ({"spec": documents.SPEC | {"seed": 2**32}}, "spec.seed: 4294967296: "),
        ({"spec": documents.SPEC | {"problem": {"use": "a\x1b[2J"}}}, "spec.problem.use: 'a\\x1b"),
        ({"environment": {"cpu": "x" * 2000}}, "environment.cpu: 'xxx"),
        ({"traits": {"optimum": "inf"}}, "traits.optimum: 'inf': "),
    ],
)
def test_one_wrong_field_is_one_line(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(Damaged) as raised:
        parse(**changes)
    text = str(raised.value)
    assert text.startswith(f"damaged: runs/{'a' * 12}: ")
    assert message in text
    assert "\n" not in text
    assert text.isprintable()


def test_parameters_are_bounded_in_depth_and_numbers() -> None:
    nested: Any = 1
    for _ in range(50):
        nested = [nested]
    for value in (nested, 10**400):
        part = {"use": "onemax", "params": {"x": value}}
        with pytest.raises(Damaged, match=r"spec\.problem"):
            parse(spec=documents.SPEC | {"problem": part})
    deep = b'{"format": 1, "best_genome": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    with pytest.raises(Damaged, match="is no JSON"):
        reading.parse_record(deep, Path("x"))


@pytest.mark.parametrize(
    ("content", "torn"), [(b"", True), (b"\0" * 512, True), (b'{"format": 1', True), (b"xy", False)]
)
def test_a_torn_record_is_told_from_a_foreign_one(content: bytes, torn: bool) -> None:
    with pytest.raises(Damaged) as raised:
        reading.parse_record(content, Path("x"))
    assert raised.value.torn is torn


PLACES = [(name,) for name in documents.failure()] + [("spec", "seed"), ("spec", "problem", "use")]


@pytest.mark.parametrize("at", PLACES)
@pytest.mark.parametrize("wrong", [True, -1, 10**400, "\x1b[2J" * 10, [[[{}]]], {"\x07": 1}])
def test_one_wrong_field_of_a_failure_is_one_line_or_harmless(
    tmp_path: Path, at: tuple[str, ...], wrong: object
) -> None:
    document = json.loads(json.dumps(documents.failure()))
    inner: Any = document
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = wrong
    folder = RunFolder(tmp_path / ("a" * 12))
    folder.create()
    folder.failure.write_text(json.dumps(document))
    with suppress(Damaged):  # whose text is printable, by test_one_wrong_field_is_one_line
        failure = reading.read_failure(folder)
        assert all(line.isprintable() for line in failure.error.splitlines())
        assert failure.kind.isprintable()


def test_a_folder_is_named_by_its_run(tmp_path: Path) -> None:
    for name in ("b" * 12, "copy of it", "a" * 13):
        folder = RunFolder(tmp_path / name)
        folder.create()
        write_json(folder.record, documents.record())
    alone = RunFolder(tmp_path / ("b" * 12))
    assert reading.read_record(alone).run_id == "a" * 12  # as `evosweep run --out` may name it
    (tmp_path / ("a" * 12)).mkdir()
    for name in ("b" * 12, "copy of it", "a" * 13):
        with pytest.raises(Damaged, match="name"):
            reading.read_record(RunFolder(tmp_path / name))
    (tmp_path / ("a" * 12)).rmdir()
    link = RunFolder(tmp_path / ("a" * 12))
    link.path.symlink_to(tmp_path / ("b" * 12))
    with pytest.raises(Damaged, match="is a link"):
        reading.read_record(link)


def test_more_lists_than_memory_has_room_for_are_not_parsed() -> None:
    content = b"[]," * (strict_json.MOST_PARTS + 1)
    with pytest.raises(Damaged, match="has 2097153 lists and objects; at most"):
        reading.parse_record(content, Path("x"))
    with pytest.raises(ValueError, match="lists and objects"):
        strict_json.loads(content.decode())
