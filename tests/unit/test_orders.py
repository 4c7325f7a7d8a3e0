"""Files that a process hands to another one: nobody else can exchange them."""

import os
from argparse import Namespace
from pathlib import Path

import pytest

from evosweep.commands.run import read_spec_file
from evosweep.errors import InputError
from evosweep.files.unchanged import digest_of, read_unchanged
from evosweep.workflow import orders
from evosweep.workflow.call import Call
from evosweep.workflow.orders import JOBS_VARIABLE, Order


def order(name: str) -> Order:
    return Order(name, "run", 1, label=name, words=["--spec", "{}"], runs=[name])


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setenv(JOBS_VARIABLE, "")  # it is as it was after the test
    made = Call(tmp_path, "0123456789ab")
    made.folder.mkdir(parents=True)
    return made


def test_a_later_stage_leaves_the_orders_of_waiting_jobs(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders.pass_on(call, [order("a")])
    first = os.environ[JOBS_VARIABLE]
    orders.pass_on(call, [order("a"), order("b")])
    assert sorted(orders.passed_on(call)) == ["a", "b"]
    monkeypatch.setenv(JOBS_VARIABLE, first)
    assert sorted(orders.passed_on(call)) == ["a"]


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "0" * 63, "\x1b[31m"])
def test_an_environment_without_a_digest_is_named(
    call: Call, digest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders.pass_on(call, [order("a")])
    monkeypatch.setenv(JOBS_VARIABLE, digest)
    with pytest.raises(InputError, match=f"^{JOBS_VARIABLE}=.*hand the environment"):
        orders.passed_on(call)


def test_another_content_and_a_link_to_the_same_one_are_refused(tmp_path: Path) -> None:
    path, link = tmp_path / "file", tmp_path / "link"
    path.write_bytes(b"one")
    link.symlink_to(path)
    assert read_unchanged(path, digest_of(b"one"), 3) == b"one"
    for refused, digest, limit in (
        (path, digest_of(b"two"), 3),
        (path, digest_of(b"one"), 2),
        (link, digest_of(b"one"), 3),
    ):
        with pytest.raises(InputError):
            read_unchanged(refused, digest, limit)


def test_a_spec_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "spec.json"
    path.write_text("{}")
    given = Namespace(spec=f"@{path}", spec_sha256=digest_of(b"{}"))
    read_spec_file(given)
    assert given.spec == "{}"
    with pytest.raises(InputError, match="--spec-sha256: is for a file"):
        read_spec_file(given)
    changed = Namespace(spec=f"@{path}", spec_sha256=digest_of(b"[]"))
    with pytest.raises(InputError, match=f"--spec: {path}: was changed"):
        read_spec_file(changed)
