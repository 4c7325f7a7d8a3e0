"""YAML is read as plain data, or refused with its line."""

import math
import os
from pathlib import Path

import pytest

from evosweep.config import yaml_subset
from evosweep.errors import InputError


def test_plain_data_is_read() -> None:
    text = (
        "a: [1, 2.5, true, null]\nb: {c: text}\nbase: &x {k: 1}\nalias: *x\nmerged: {<<: *x, l: 2}"
    )
    assert yaml_subset.parse(text, "f") == {
        "a": [1, 2.5, True, None],
        "b": {"c": "text"},
        "base": {"k": 1},
        "alias": {"k": 1},
        "merged": {"k": 1, "l": 2},
    }


@pytest.mark.parametrize(("text", "value"), [("1e-3", 0.001), ("1E5", 1e5), ("-2.e3", -2000.0)])
def test_numbers_with_exponents_are_numbers(text: str, value: float) -> None:
    assert yaml_subset.parse(f"x: {text}", "f") == {"x": value}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((word, word) for word in ("yes", "no", "on", "off", "Yes", "OFF", "y", "n", "tRue")),
        *((word, word) for word in ("1:30", "1:30:00", "190:20:30", "1_000", "0b11", "2026-01-31")),
        *((word, word) for word in ("=", "0o8", "1.2.3", "1,000", "+", ".", "e5", "0x")),
        ("010", 10),
        ("08", 8),
        ("-010", -10),
        ("0o17", 15),
        ("0x1F", 31),
        ("+5", 5),
        ("0.", 0.0),
        (".5", 0.5),
        ("12e03", 12000.0),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        *((word, True) for word in ("true", "True", "TRUE")),
        *((word, None) for word in ("~", "null", "Null", "NULL", "")),
        *((f"'{word}'", word) for word in ("true", "10", "null", "1e-3")),
    ],
)
def test_words_are_read_by_the_core_schema_of_yaml_1_2(text: str, value: object) -> None:
    read = yaml_subset.parse(f"x: {text}", "f")["x"]
    assert (read, type(read)) == (value, type(value))
    assert yaml_subset.parse(f"? {text}\n: 1", "f") == {value: 1}


def test_not_a_number_is_a_number() -> None:
    assert math.isnan(yaml_subset.parse("x: .nan", "f")["x"])


LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: !!python/object/apply:os.system [true]", "line 1: the tag .* is refused"),
        ("x: 1\na: !mine 3", "f, line 2: the tag !mine is refused"),
        ("__use_yte__: true\nx: 1", "__use_yte__ is refused"),
        ("a: 1\nb: 2\na: 3", "line 3: the key 'a' is there twice"),
        ("a: {b: 1, b: 2}", "line 1: the key 'b' is there twice"),
        ("a: [1,", r"f, line [12], column \d: "),
        ("- 1", "should be a mapping"),
        ("", "should be a mapping"),
        ("a: &x [*x]", "an alias contains itself"),
        (LAUGHS, "aliases expand to more than 1,000,000 values"),
        ("[" * 5000, "nested more than 100 levels deep"),
        ("[" * 200_000 + "]" * 200_000, "nested more than 100 levels deep"),
        (f"a: {'9' * 5000}", "cannot be read as YAML"),
        ("a: {[1]: 2}", "unhashable key"),
        ("a: \x1b[31m", "characters are not allowed"),
    ],
)
def test_what_is_no_plain_data_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        yaml_subset.parse(text, "f")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none.yaml: cannot be read: No such file"):
        yaml_subset.read(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"a: \xe9")
    with pytest.raises(InputError, match=r"latin.yaml: is not UTF-8"):
        yaml_subset.read(tmp_path / "latin.yaml")


def test_what_is_no_file_of_a_sensible_size_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(InputError, match="is a pipe or a device"):
            yaml_subset.read(path)
    with pytest.raises(InputError, match="is a folder"):
        yaml_subset.read(tmp_path)
    monkeypatch.setattr(yaml_subset, "MAX_BYTES", 10)
    (tmp_path / "long.yaml").write_text("a: 123456789")
    with pytest.raises(InputError, match="has more than 10 bytes"):
        yaml_subset.read(tmp_path / "long.yaml")
    with pytest.raises(InputError, match="cannot be read: "):
        yaml_subset.read(Path("a\0b"))


def test_messages_are_one_line_that_moves_no_cursor() -> None:
    with pytest.raises(InputError) as raised:
        yaml_subset.parse('? "a\\u001b[31m"\n: 1\n? "a\\u001b[31m"\n: 2', "f")
    assert str(raised.value).isprintable()
