"""Choose the folder that counts if several folders of an experiment hold the same run."""

from collections.abc import Collection, Mapping

from evosweep.errors import Damaged
from evosweep.track.passes.scan import RunFiles


class Copies:
    """The folders of an experiment by the runs that they hold.

    A run counts once: in the folder that it names, else in the first one that was tracked.

    Parameters
    ----------
    names
        The names of all folders of runs.
    misnamed
        The run_ids that tracked folders of other names hold, by the folder's name.
    """

    def __init__(self, names: Collection[str], misnamed: Mapping[str, str]) -> None:
        self._names = names
        self._holders: dict[str, str] = {}
        """The folder that counts for a run, by run_id, if its name is not the run_id."""
        self.tracked: list[str] = []
        """Tracked folders with other names whose runs now have folders of their own."""
        for name, run_id in misnamed.items():
            if run_id in names:
                self.tracked.append(name)
            else:
                self._holders[run_id] = name

    def check(self, source: RunFiles, run_id: str) -> None:
        """Raise `Damaged` if another folder counts for the run that this one holds."""
        if source.run_id == run_id:
            return
        holder = (
            run_id if run_id in self._names else self._holders.setdefault(run_id, source.run_id)
        )
        if holder != source.run_id:
            raise Damaged(
                source.path,
                "run_id",
                f"{run_id}: {holder} holds that run too, which counts once; remove the copy",
            )


def other_name(source: RunFiles, run_id: str) -> dict[str, str]:
    """Return the run_id for the index, if the folder has another name."""
    return {} if source.run_id == run_id else {"run_id": run_id}
