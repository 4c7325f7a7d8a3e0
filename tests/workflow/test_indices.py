"""The indices of the Kubernetes Job, run as its controller would: nothing here has a cluster."""

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from warm import Program
from workspace import Workspace

from evosweep.records.journal import Session, read_behind

Wait = Callable[[Callable[[], Any]], Any]
MANIFEST = Path(__file__).parents[2] / "deploy" / "kubernetes" / "job.yaml"
GATED = {"use": "my_problem:build", "params": {"gate": "gate", "after": 15}}


class Controller:
    """Starts the container's command once for each index, as the manifest says."""

    def __init__(self, workspace: Workspace, completions: int) -> None:
        job = yaml.safe_load(MANIFEST.read_text())
        [container] = job["spec"]["template"]["spec"]["containers"]
        self.workspace, self.completions = workspace, completions
        self.retries = job["spec"]["backoffLimitPerIndex"]
        self.values = {each["name"]: each["value"] for each in container["env"]}
        self.values |= {"SHARES": str(completions)}
        self.words = [self._expanded(word) for word in container["args"]]
        assert self.words[0] == "snakemake"

    def _expanded(self, word: str) -> str:
        """The word with its `$(NAME)` put in, as Kubernetes does it."""
        return re.sub(r"\$\((\w+)\)", lambda name: self.values[name[1]], word)

    def start(self, index: int) -> Program:
        """A pod of that index."""
        values = self.values | {"JOB_COMPLETION_INDEX": str(index)}
        return self.workspace.start_warm(*self.words, environment=values)

    def finish(self, index: int, pod: Program) -> int:
        """Wait for an index, which begins again where its pod failed; returns how often it did."""
        for failures in range(self.retries + 1):
            output, _ = pod.communicate(timeout=600)
            if pod.returncode == 0:
                return failures
            pod = self.start(index)
        raise AssertionError(output)


def work(workspace: Workspace, waits: Wait, completions: int) -> None:
    """All indices at once; the first one's pod is killed in the middle."""
    seeds = list(range(1, completions + 1))
    workspace.configure(problems={"ones": GATED}, seeds=seeds)
    controller = Controller(workspace, completions)
    pods = [controller.start(index) for index in range(completions)]
    waits(lambda: len(list(workspace.folder.glob("results/study/runs/*/journal.bin"))) ==
          completions)  # fmt: skip
    os.killpg(pods[0].pid, signal.SIGKILL)
    (workspace.folder / "gate").touch()
    failures = [controller.finish(index, pod) for index, pod in enumerate(pods)]
    assert failures == [1] + [0] * (completions - 1)
    records = workspace.records()
    assert len(records) == completions
    worked = [
        sum(isinstance(each, Session) for _, each in read_behind(p.parent / "journal.bin", 0))
        for p in records
    ]
    assert sorted(worked) == [1] * (completions - 1) + [2]


def test_an_index_that_is_killed_resumes(workspace: Workspace, waits: Wait) -> None:
    work(workspace, waits, 2)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_all_ten_indices(workspace: Workspace, waits: Wait) -> None:
    work(workspace, waits, 10)
