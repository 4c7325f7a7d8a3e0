"""On which hosts the workers of a run are."""

import socket
from pathlib import Path
from typing import Any

import pytest

from evosweep.config.spec import RunSpec
from evosweep.errors import InputError
from evosweep.supervision import hosts
from evosweep.supervision.hosts import Places, places

HERE = socket.gethostname()


def spec(**backend: Any) -> RunSpec:
    return RunSpec.parse(
        {
            "problem": {"use": "onemax"},
            "algorithm": {"use": "ea_simple"},
            "seed": 1,
            "backend": backend,
        }
    )


def test_no_host_is_named() -> None:
    assert places({"use": "scoop", "workers": 3}, 3) is None


@pytest.mark.parametrize(
    ("named", "workers", "here", "elsewhere"),
    [
        ([HERE, "a", "b"], 3, 1, {"a": 1, "b": 1}),
        ([HERE, HERE, "a"], 3, 2, {"a": 1}),
        ([HERE, "a"], 5, 3, {"a": 2}),
        (["a", "b"], 2, 1, {"a": 1}),
        (["a", "b"], 6, 1, {"a": 3, "b": 2}),
        (["localhost", "127.0.0.1"], 2, 2, {}),
        (["ann@a.example.org", HERE], 2, 1, {"ann@a.example.org": 1}),
        (["a"], 1, 1, {}),
    ],
)
def test_the_run_s_own_process_is_one_of_the_workers(
    named: list[str], workers: int, here: int, elsewhere: dict[str, int]
) -> None:
    assert places({"hosts": named}, workers) == Places(here, elsewhere)


def test_a_file_names_hosts(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_text(f"# ours\n{HERE} slots=2\n\na 2  # fast\nb\n")
    assert places({"hosts": str(path)}, 5) == Places(2, {"a": 2, "b": 1})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "names no host"),
        ("a\n-oProxyCommand=true", "line 2: '-oProxyCommand=true' is no host"),
        ("a two", "line 1"),
        ("a 1 2", "line 1"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "hosts").write_text(text)
    with pytest.raises(InputError, match=words):
        places({"hosts": str(tmp_path / "hosts")}, 2)
    with pytest.raises(InputError, match="cannot read"):
        places({"hosts": str(tmp_path / "none")}, 2)


def test_slurm_names_the_nodes_of_its_allocation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SLURM_JOB_NODELIST", raising=False)
    with pytest.raises(InputError, match="this process is in none"):
        places({"hosts": "slurm"}, 4)
    scontrol = tmp_path / "scontrol"
    scontrol.write_text('#!/bin/sh\n[ "$*" = "show hostnames n[1-3]" ] && echo n1 n2 n3\n')
    scontrol.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("SLURM_JOB_NODELIST", "n[1-3]")
    monkeypatch.setenv("SLURMD_NODENAME", "n2")
    found = places({"hosts": "slurm"}, 4)
    assert found == Places(1, {"n1": 2, "n3": 1}, by_srun=True)
    assert found.start("n3", ["python", "x"])[-3:] == ["--nodelist=n3", "python", "x"]


def test_ssh_checks_the_keys_of_hosts_whatever_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(hosts.SSH_VARIABLE, "ssh -F 'my config'")
    words = Places(1, {"a": 1}).start("a", ["python", "it's"])
    assert words[:3] == ["ssh", "-F", "my config"]
    assert "-oStrictHostKeyChecking=yes" in words
    assert words[-3:] == ["--", "a", "python 'it'\"'\"'s'"]


def test_hosts_are_no_part_of_the_name_and_as_many_as_workers_unless_said() -> None:
    named = spec(use="scoop", hosts=["a", "a", "b"])
    assert named.backend.workers == 3
    assert named.run_id == spec(use="scoop", workers=3).run_id
    assert named.run_id == spec(use="scoop", workers=3, hosts="slurm").run_id
    assert named.to_dict()["backend"]["hosts"] == ["a", "a", "b"]


@pytest.mark.parametrize(
    ("backend", "words"),
    [
        ({"use": "pool", "hosts": ["a"]}, "pool takes no hosts; scoop does"),
        ({"use": "scoop", "hosts": ["-oProxyCommand=x"]}, "hosts"),
        ({"use": "scoop", "hosts": ["a b"]}, "hosts"),
        ({"use": "scoop", "hosts": []}, "hosts"),
        ({"use": "scoop", "hosts": ""}, "hosts"),
    ],
)
def test_what_no_backend_can_use_is_refused(backend: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        spec(**backend)
