"""The progress of an experiment as JSON data, for `evosweep status --json`."""

from collections.abc import Sequence

from evosweep.files.strict_json import strict
from evosweep.inventory.progress import FailedRun, GroupProgress, Progress, RunLabels, RunningRun
from evosweep.inventory.stages_note import Reached


def as_json(progress: Progress) -> object:
    """Return counts, pace, groups by problem and algorithm, and current and failed runs."""
    return strict(
        {
            "folder": str(progress.folder),
            "runs": progress.asked,
            "done": progress.done,
            "running": len(progress.running),
            "failed": len(progress.failed),
            "waiting": progress.waiting,
            "runs_per_hour": progress.per_hour,
            "seconds_left": progress.seconds_left,
            "groups": [_group(group) for group in progress.groups],
            "stages": [_stage(problem, each) for problem, each in progress.stages.items()],
            "running_runs": [_running(each) for each in progress.running],
            "failed_runs": [_failed(each) for each in progress.failed],
        }
    )


def _group(group: GroupProgress) -> dict[str, object]:
    return {
        "problem": group.problem,
        "algorithm": group.algorithm,
        "runs": group.asked,
        "done": group.done,
        "running": group.running,
        "failed": group.failed,
        "waiting": group.waiting,
        "best": _best(group.best),
    }


def _stage(problem: str, reached: Reached) -> dict[str, object]:
    return {
        "problem": problem,
        "stage": reached.stage,
        "stages": len(reached.looks),
        "seeds": reached.seeds,
        "at_most": reached.looks[-1],
        "enough": reached.is_decided,
    }


def _run(run: RunLabels) -> dict[str, object]:
    return {
        "run_id": run.run_id,
        "problem": run.problem,
        "algorithm": run.algorithm,
        "backend": run.backend,
        "seed": run.seed,
    }


def _running(each: RunningRun) -> dict[str, object]:
    return {
        **_run(each.run),
        "generation": each.generation,
        "evaluations": each.evaluations,
        "evaluations_per_second": each.per_second,
        "best": _best(each.best),
    }


def _failed(each: FailedRun) -> dict[str, object]:
    return {**_run(each.run), "error": each.error, "file": str(each.file)}


def _best(best: Sequence[float]) -> object:
    """Return a number, or one for each objective; null before the first evaluation."""
    if not best:
        return None
    return best[0] if len(best) == 1 else list(best)
