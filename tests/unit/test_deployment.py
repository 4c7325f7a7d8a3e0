"""The files that start servers and machines: nothing of theirs is open to strangers."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]


def _read(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / name).read_text())
    return read


def test_the_team_server_is_published_on_this_machine_alone() -> None:
    services = _read("compose.yaml")["services"]
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert any(
        word.startswith("--allowed-hosts=mlflow:5000,") for word in services["mlflow"]["command"]
    )
    assert _read("compose.yaml")["networks"]["inner"] == {"internal": True}


def test_the_teams_workflow_has_no_capability_but_to_become_its_callers_user() -> None:
    workflow = _read("compose.yaml")["services"]["workflow"]
    assert workflow["cap_drop"] == ["ALL"]
    assert set(workflow["cap_add"]) == {"SETGID", "SETPCAP", "SETUID"}


def test_the_team_server_has_no_password_of_its_own() -> None:
    password = _read("compose.yaml")["services"]["database"]["environment"]["POSTGRES_PASSWORD"]
    assert password.startswith("${POSTGRES_PASSWORD:?")


def test_the_cloud_machine_resumes_after_every_boot() -> None:
    cloud = _read("deploy/cloud-init.yaml")
    assert (ROOT / "deploy/cloud-init.yaml").read_text().startswith("#cloud-config\n")
    files = {entry["path"]: entry["content"] for entry in cloud["write_files"]}
    start = files["/usr/local/sbin/evosweep-start"]
    assert "-v /srv/evosweep/results:/evosweep/results" in start
    assert "ExecStop=-/usr/bin/docker stop" in files["/etc/systemd/system/evosweep.service"]
    assert "WantedBy=multi-user.target" in files["/etc/systemd/system/evosweep.service"]


def test_the_base_image_is_pinned() -> None:
    line = next(
        line
        for line in (ROOT / "Dockerfile").read_text().splitlines()
        if line.startswith("ARG BASE_IMAGE")
    )
    name, _, digest = line.partition("@sha256:")
    assert name == "ARG BASE_IMAGE=docker.io/library/python:3.12-slim-bookworm"
    assert len(digest) == 64
