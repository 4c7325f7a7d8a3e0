"""The files that start servers and machines: nothing of theirs is open to strangers."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from evosweep.config.load import load
from evosweep.workflow.share import parse

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


JOB = {
    "apiVersion": str, "kind": str,
    "metadata": {"name": str, "labels": {"app.kubernetes.io/name": str}},
    "spec": {
        "completionMode": str, "completions": int, "parallelism": int,
        "backoffLimit": int, "backoffLimitPerIndex": int,
        "podFailurePolicy": {
            "rules": [{"action": str, "onPodConditions": [{"type": str, "status": str}]}]
        },
        "template": {
            "metadata": {"labels": {"app.kubernetes.io/name": str}},
            "spec": {
                "restartPolicy": str, "terminationGracePeriodSeconds": int,
                "automountServiceAccountToken": bool,
                "securityContext": {
                    "runAsNonRoot": bool, "runAsUser": int, "runAsGroup": int, "fsGroup": int,
                    "fsGroupChangePolicy": str, "seccompProfile": {"type": str},
                },
                "containers": [{
                    "name": str, "image": str, "args": [str],
                    "env": [{"name": str, "value": str}],
                    "resources": {
                        "requests": {"cpu": str, "memory": str},
                        "limits": {"cpu": str, "memory": str},
                    },
                    "securityContext": {
                        "allowPrivilegeEscalation": bool, "capabilities": {"drop": [str]}
                    },
                    "volumeMounts": [{"name": str, "mountPath": str, "readOnly": bool}],
                }],
                "volumes": [{
                    "name": str, "persistentVolumeClaim": {"claimName": str},
                    "configMap": {"name": str},
                }],
            },
        },
    },
}  # fmt: skip
"""Fields of a batch/v1 Job and their types, as the API has them; each may be missing."""


def _wrong(value: Any, schema: Any, place: str = "") -> list[str]:
    """Fields that the API does not have there, or has with another type."""
    if isinstance(schema, type):
        return [] if type(value) is schema else [f"{place}: {value!r} is no {schema.__name__}"]
    if isinstance(schema, list):
        items = enumerate(value) if isinstance(value, list) else [(0, value)]
        return [line for n, item in items for line in _wrong(item, schema[0], f"{place}[{n}]")]
    if not isinstance(value, dict):
        return [f"{place}: {value!r} is no mapping"]
    unknown = [f"{place}.{key}: unknown" for key in value.keys() - schema.keys()]
    known = (key for key in value if key in schema)
    return unknown + [
        line for key in known for line in _wrong(value[key], schema[key], f"{place}.{key}")
    ]


@pytest.mark.parametrize("name", ["job.yaml", "finish/job.yaml"])
def test_a_kubernetes_job_has_the_fields_of_the_api(name: str) -> None:
    job = _read(f"deploy/kubernetes/{name}")
    assert not _wrong(job, JOB)
    assert (job["apiVersion"], job["kind"]) == ("batch/v1", "Job")
    pod = job["spec"]["template"]["spec"]
    names = {volume["name"] for volume in pod["volumes"]}
    assert {mount["name"] for mount in pod["containers"][0]["volumeMounts"]} == names
    assert pod["containers"][0]["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    job["spec"]["completions"] = "10"
    pod["restart"] = "Never"
    assert len(_wrong(job, JOB)) == 2


def test_every_index_of_the_kubernetes_job_has_its_share() -> None:
    spec = _read("deploy/kubernetes/job.yaml")["spec"]
    assert spec["completionMode"] == "Indexed"
    [container] = spec["template"]["spec"]["containers"]
    values = {each["name"]: each["value"] for each in container["env"]}
    words = [re.sub(r"\$\((\w+)\)", lambda m: values[m[1]], word) for word in container["args"]]
    [share] = [word.removeprefix("share=") for word in words if word.startswith("share=")]
    indices = [{"JOB_COMPLETION_INDEX": str(index)} for index in range(spec["completions"])]
    assert [parse(share, index).number for index in indices] == list(range(1, 11))


def test_the_kustomizations_name_files_that_are_there() -> None:
    for folder in ("deploy/kubernetes", "deploy/kubernetes/finish"):
        kustomization = _read(f"{folder}/kustomization.yaml")
        maps = kustomization.get("configMapGenerator", [])
        files = [*kustomization["resources"], *(name for each in maps for name in each["files"])]
        assert all((ROOT / folder / name).is_file() for name in files)
        images = {each["name"] for each in kustomization["images"]}
        job = _read(f"{folder}/job.yaml")
        assert {c["image"] for c in job["spec"]["template"]["spec"]["containers"]} == images


def test_the_experiment_beside_the_kustomization_is_right() -> None:
    assert load(ROOT / "deploy/kubernetes/experiment.yaml").experiment == "quick"


def test_the_job_of_aws_batch_takes_its_share_from_the_array() -> None:
    definition = json.loads((ROOT / "deploy/aws-batch/job-definition.json").read_text())
    container = definition["containerProperties"]
    [share] = [word for word in container["command"] if word.startswith("share=")]
    assert parse(share.removeprefix("share="), {"AWS_BATCH_JOB_ARRAY_INDEX": "9"}).number == 10
    volumes = {volume["name"] for volume in container["volumes"]}
    assert {mount["sourceVolume"] for mount in container["mountPoints"]} == volumes
    assert {each["action"] for each in definition["retryStrategy"]["evaluateOnExit"]} == {
        "RETRY", "EXIT",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["array.sbatch", "finish.sbatch", "submit.sh"])
def test_the_scripts_for_slurm_end_in_exec_and_parse(name: str) -> None:
    """A shell in between would die at SIGTERM, and SLURM would kill all the rest at once."""
    script = ROOT / "deploy" / "slurm" / name
    subprocess.run(["bash", "-n", str(script)], check=True)
    text = script.read_text()
    if name != "submit.sh":
        assert "#SBATCH --signal=B:TERM@120" in text
        assert "#SBATCH --requeue" in text
        joined = text.replace("\\\n", " ").strip().splitlines()
        assert joined[-1].startswith("exec .venv/bin/snakemake ")
        assert sum(line.startswith("exec ") for line in joined) == 1
