"""The runs of a call whose seeds come in stages: more of them while looks ask for more."""

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cached_property

from evosweep.config.experiment import Experiment
from evosweep.config.grid import Combination
from evosweep.inventory.look_note import LookNote
from evosweep.inventory.stages import Comparison, comparisons_of
from evosweep.inventory.stages_note import Reached
from evosweep.workflow.scope import Scope

_GROWING = ("runs", "mine", "there", "digest")


class StagedScope(Scope):
    """The runs that are asked for by now.

    Parameters
    ----------
    is_again
        Whether all runs are done again, and all looks: then it begins with the first stage.
    """

    def __init__(self, experiment: Experiment, is_again: Callable[[], bool]) -> None:
        super().__init__(experiment, None)
        self._is_again = is_again
        self._by_look: dict[str, Comparison] = {}

    @cached_property
    def comparisons(self) -> list[Comparison]:
        """Return the comparisons, each at its stage."""
        found = comparisons_of(self._experiment)
        for comparison in found if not self._is_again() else ():
            comparison.advance()
        return found

    def advance(self, new: Collection[str], made: Collection[str]) -> bool:
        """Go on where looks lead; return True if anything has changed.

        Parameters
        ----------
        new
            The names of looks whose answers have come.
        made
            Those of all looks of this call that have one.
        """
        fresh = made if self._is_again() else None
        changed = [self._by_look[name].advance(fresh) for name in new]
        for name in _GROWING if any(changed) else ():
            self.__dict__.pop(name, None)
        return any(changed)

    def looks(self, planned: Collection[str]) -> dict[str, LookNote]:
        """Return the looks that follow when the runs that are `planned` are done, by name."""
        runs = set(planned) if self._is_again() else self.there.union(planned)
        going_on = (each for each in self.comparisons if not each.is_last and not each.is_decided)
        found = {}
        for each in going_on:
            if each.runs().keys() <= runs:
                note = each.look()
                found[note.name], self._by_look[note.name] = note, each
        return found

    def _asked(self) -> Iterator[tuple[Combination, Sequence[int]]]:
        for comparison in self.comparisons:
            yield from ((member, comparison.seeds(member)) for member in comparison.members)

    def _reached(self, combination: Combination) -> Reached | None:
        return self._comparison_of[id(combination)].reached()

    @cached_property
    def _comparison_of(self) -> dict[int, Comparison]:
        return {id(member): each for each in self.comparisons for member in each.members}
