"""The hooks of a call of Snakemake: they open the plan, take the lock, and report the end."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from evosweep.containers import command_line, engines, mounts
from evosweep.errors import InputError, printable_lines
from evosweep.files.opening import output_folder
from evosweep.files.writing import open_log
from evosweep.machine.cpus import available_cpus
from evosweep.processes import address, safe_path, signals
from evosweep.processes.lock import Lock
from evosweep.workflow import current_call, ending, orders, places, requeue, rounds, settings, stop
from evosweep.workflow.call import Call, prepare_snakemakes_own
from evosweep.workflow.jobs import ENOUGH, ENOUGH_ELSEWHERE
from evosweep.workflow.orders import FRESH_VARIABLE, Orders
from evosweep.workflow.plan import CallOptions, Plan, experiment_of
from evosweep.workflow.probe import probe
from evosweep.workflow.settings import Settings, Workflow
from evosweep.workflow.staged_plan import read_plan

_MANY = 1000
"""From so many runs on, finished ones are tracked beside the others; fewer are tracked at once."""
_locks: list[Lock] = []  # open until the end of the process


def open_plan(workflow: Workflow) -> Orders:
    """Return the plan for a call of Snakemake; ends the process with 2 on bad input.

    Jobs inherit PATH with this environment's commands. They stop when the process that
    EVOSWEEP_PARENT names has exited, so a killed Snakemake leaves no job behind.
    """
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    os.environ[signals.PARENT_VARIABLE] = address.of_this_process()
    safe_path.require()
    try:
        inherited = None if workflow.is_main_process else settings.passed_on()
        if inherited is not None:
            return _orders_of(inherited)
        current = settings.settings_of(workflow.config_settings)
        rounds.patience()
        plan = read_plan(current, lambda: _call_options(workflow))
        places.check(plan.experiment.folder)
    except InputError as error:
        print(f"evosweep: error: {printable_lines(error)}", file=sys.stderr)
        sys.exit(error.exit_code)
    settings.pass_on(current)
    if uri := plan.experiment.tracking.uri:
        os.environ["MLFLOW_TRACKING_URI"] = uri
    prepare_snakemakes_own()
    current_call.begin(plan)
    return plan


def this_plan() -> Plan:
    """Return the plan of this call, for a workflow that has evosweep's as a `module`.

    Raises
    ------
    InputError
        If the call has read no plan: the module must come first.
    """
    this = current_call.current()
    if this is None:
        raise InputError("hooks.this_plan(): no plan; put `module` and `use rule` above it")
    return this.plan


def _orders_of(current: Settings) -> Orders:
    """Return the orders of the call that started this process for a single job."""
    experiment = experiment_of(current)
    call = Call(experiment.folder, current.call)
    handed_over = Orders(experiment, call, orders.passed_on(call))
    handed_over.share = current.share
    return handed_over


def _call_options(workflow: Workflow) -> CallOptions:
    given, here = workflow.dag_settings, workflow.local_exec
    executes = workflow.executor_plugin is not None and not workflow.dryrun
    return CallOptions(
        again=bool(given.forceall or {"run", "batch"} & set(given.forcerun)),
        cores=min(workflow.resource_settings.cores or 1, available_cpus()) if here else 1,
        enough=ENOUGH if here else ENOUGH_ELSEWHERE,
        later=rounds.current().number > 0,
        failed=rounds.current().failed,
        probe=probe if executes else None,
    )


def start(plan: Plan, workflow: Workflow) -> None:
    """Lock the experiment for this process; raises Locked if another process works on it.

    A share takes no lock, since other calls may work on the experiment. Ends the process with 2 if
    the runs' containers cannot be started, or the results' file system has no locks.
    """
    folder = plan.experiment.folder
    os.environ[FRESH_VARIABLE] = "1" if plan.is_again else ""
    try:
        _check_container(plan)
        folder.mkdir(parents=True, exist_ok=True)
        if not plan.is_share:
            lock = Lock(folder / ".snakemake.lock", str(folder))
            lock.__enter__()
            _locks.append(lock)
        plan.call.begin()
    except InputError as error:
        print(f"evosweep: error: {printable_lines(error)}", file=sys.stderr)
        sys.exit(error.exit_code)
    plan.write_files(elsewhere=not workflow.local_exec)
    with suppress(ValueError):  # this is not the main thread, which alone gets signals
        stop.pass_on()
        stop.end_by_interrupt()
    this = _this(plan)
    this.done_before, this.fresh, this.started = plan.finished(), plan.is_again, True
    if plan.is_share:
        return
    if plan.experiment.tracking.live:
        _follow(folder)
    elif plan.size - this.done_before >= _MANY:
        _follow(folder, "--done")


def _follow(folder: Path, *options: str) -> None:
    """Start `evosweep track --follow`; it shows runs in MLflow until this process exits."""
    output_folder(folder, "runs")  # `track` recognises an experiment's folder by it
    path = output_folder(folder, "logs") / "follow.log"
    with open_log(path, inside=folder) as log:
        subprocess.Popen(
            ["evosweep", "track", str(folder), "--follow", *options, "--while", str(os.getpid())],
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
    """Start a further round for the runs that are left, or print where the results are.

    Ends the process with 75 if other processes still hold runs of a whole call, and with 1 if a run
    of an earlier round failed.
    """
    held, this = _held(plan), _this(plan)
    this.end()
    _close(plan)
    _come_back(plan, held=bool(held), failed=False)
    ending.say(ending.after_success(this, held))
    if rounds.current().failed:
        sys.exit(1)
    if held and not plan.is_share:
        sys.exit(75)


def fail(plan: Plan, workflow: Workflow) -> None:
    """Print which runs failed and why; compare and track the finished ones.

    Ends the process with 130 or 143 if a signal has stopped it.
    """
    this, held = _this(plan), _held(plan)
    this.end()
    if stop.asked():
        _close(plan)
        ending.say(ending.after_stop(this, held))
        requeue.where_asked()
        sys.exit(128 + stop.asked())
    failed = plan.scope.has_failures()
    whole = not (workflow.dag_settings.until or workflow.dag_settings.targets or plan.is_share)
    ending.say(ending.after_failure(this, uses=failed and whole))
    _close(plan)
    if failed and plan.is_share:
        _come_back(plan, held=bool(held), failed=True)
    ending.say(ending.what_to_do(this, held))


def _this(plan: Plan) -> current_call.ThisCall:
    """Return the call of this process, and make it from the plan at first."""
    this = current_call.current()
    return this if this is not None else current_call.begin(plan)


def _held(plan: Plan) -> list[str]:
    """Return lines about runs that other processes hold."""
    held = plan.held()
    if not held:
        return []
    count = sum(len(plan.missing(order)) for order in held)
    return [
        f"held: {count} run{'s' if count > 1 else ''}: {plan.holder(held[0])}; whoever works on "
        "them finishes them, and the same command takes what is left"
    ]


def _come_back(plan: Plan, *, held: bool, failed: bool) -> None:
    """Start the next round if it can help, else return."""
    before = rounds.current()
    if plan.is_again or stop.asked():
        return
    if plan.steals and before.number == 0 and plan.scope.others_left():
        rounds.again(before, failed=failed, wait=False)
    if held:
        rounds.again(before, failed=failed, wait=True)


def _close(plan: Plan) -> None:
    plan.call.end()
    while _locks:
        _locks.pop().__exit__(None, None, None)
