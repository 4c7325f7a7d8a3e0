"""YAML is read as plain data, or refused with its line."""

from pathlib import Path

import pytest

from evosweep.config import yaml_subset
from evosweep.errors import InputError


def test_plain_data_is_read() -> None:
    text = (
        "a: [1, 2.5, yes, null]\nb: {c: text}\nbase: &x {k: 1}\nalias: *x\nmerged: {<<: *x, l: 2}"
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
        ("a: [1,", "f, line 1.*: "),
        ("- 1", "should be a mapping"),
        ("", "should be a mapping"),
        ("a: &x [*x]", "an alias contains itself"),
        (LAUGHS, "aliases expand to more than 1,000,000 values"),
        ("[" * 5000, "cannot be read as YAML"),
        ("a: 2020-13-45", "cannot be read as YAML"),
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
