"""The hooks of a call of Snakemake: they open the plan, take the lock, and report the end."""

import os
import subprocess
import sys
from itertools import islice
from pathlib import Path

from evosweep.containers import command_line, engines, mounts
from evosweep.errors import InputError, printable_lines
from evosweep.files.opening import open_descriptor, output_folder
from evosweep.processes import address, safe_path, signals
from evosweep.processes.lock import Lock
from evosweep.workflow import settings
from evosweep.workflow.partial import use_what_is_there
from evosweep.workflow.plan import FRESH_VARIABLE, Plan
from evosweep.workflow.settings import Workflow

_SHOWN = 20  # failures that are listed
_locks: list[Lock] = []  # kept to the end of the process


def open_plan(workflow: Workflow) -> Plan:
    """The plan for a call of Snakemake; ends the process with 2 on bad input.

    Jobs inherit PATH with this environment's commands. They stop when the process that
    EVOSWEEP_PARENT names has exited, so a killed Snakemake leaves no job behind.
    """
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    os.environ[signals.PARENT_VARIABLE] = address.of_this_process()
    safe_path.require()
    try:
        inherited = None if workflow.is_main_process else settings.passed_on()
        current = inherited or settings.settings_of(workflow.config_settings)
        plan = Plan.read(current)
    except InputError as error:
        print(f"evosweep: error: {printable_lines(error)}", file=sys.stderr)
        sys.exit(error.exit_code)
    settings.pass_on(current)
    if uri := plan.experiment.tracking.uri:
        os.environ["MLFLOW_TRACKING_URI"] = uri
    plan.forget_stale_receipts()
    return plan


def start(plan: Plan, workflow: Workflow) -> None:
    """Lock the experiment for this process; raises Locked when another process works on it.

    Ends the process with 2 where the runs' containers could not be started, or where the results'
    file system has no locks.
    """
    folder = plan.experiment.folder
    call = workflow.dag_settings
    forced = call.forceall or {"run", "batch"} & set(call.forcerun)
    os.environ[FRESH_VARIABLE] = "1" if forced else ""
    try:
        _check_container(plan)
        folder.mkdir(parents=True, exist_ok=True)
        lock = Lock(folder / ".snakemake.lock", str(folder))
        lock.__enter__()
    except InputError as error:
        print(f"evosweep: error: {printable_lines(error)}", file=sys.stderr)
        sys.exit(error.exit_code)
    _locks.append(lock)
    plan.write_files()
    if plan.experiment.tracking.live:
        _follow(folder)


def _follow(folder: Path) -> None:
    """Start `evosweep track --follow`, which shows runs in MLflow until this process has exited."""
    output_folder(folder, "runs")  # by which `track` tells an experiment's folder from all results
    path = output_folder(folder, "logs") / "follow.log"
    with os.fdopen(open_descriptor(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "w") as log:
        subprocess.Popen(
            ["evosweep", "track", str(folder), "--follow", "--while", str(os.getpid())],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _check_container(plan: Plan) -> None:
    if plan.container.engine == command_line.NONE:
        return
    engines.look_at(plan.container)
    plan.experiment.folder.mkdir(parents=True, exist_ok=True)
    for folder in (plan.experiment.folder, Path(plan.experiment.import_path)):
        mounts.check_mountable(folder.absolute())


def succeed(plan: Plan) -> None:
    """Print where the results are."""
    folder = plan.experiment.folder
    lines = [f"{plan.size} runs are done:  {folder}/runs"]
    if (report := folder / "comparison" / "report.html").exists():
        lines.append(f"their comparison:  {report}")
    if (folder / ".tracked").exists():
        lines.append("in MLflow:         evosweep ui")
    print("", *lines, "", sep="\n", file=sys.stderr)
    _release()


def fail(plan: Plan, workflow: Workflow) -> None:
    """Print which runs failed and why; compare and track the finished ones."""
    failures = list(islice(plan.failures(), _SHOWN + 1))
    for line in failures[:_SHOWN]:
        print(f"failed: {line}", file=sys.stderr)
    if len(failures) > _SHOWN:
        print("... and more; see the failure.json files", file=sys.stderr)
    whole = not (workflow.dag_settings.until or workflow.dag_settings.targets)
    if failures and whole and plan.finished():
        try:
            for line in use_what_is_there(plan):
                print(line, file=sys.stderr)
        except InputError as error:  # of a folder that is a link, for instance
            print(f"evosweep: error: {printable_lines(error)}", file=sys.stderr)
        except KeyboardInterrupt:
            pass
    print(
        "The same command continues: finished runs stay, interrupted ones resume, failed ones are "
        f"tried again.\nWhat is there: evosweep compare {plan.folder}",
        file=sys.stderr,
    )
    _release()


def _release() -> None:
    while _locks:
        _locks.pop().__exit__(None, None, None)
