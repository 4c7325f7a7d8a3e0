"""The plan of a call whose seeds come in stages: jobs of a stage follow from the look before it.

`checkpoint look` of the workflow asks `evosweep decide` as soon as all runs of a stage are there.
Then Snakemake asks for the outputs again, and finds the jobs of the next stage among them.
"""

from functools import cached_property

from evosweep.config.experiment import Experiment
from evosweep.config.stages import Stages
from evosweep.errors import InputError
from evosweep.inventory.look_note import LookNote
from evosweep.workflow.orders import Wildcards
from evosweep.workflow.plan import CallOptions, How, Plan, experiment_of
from evosweep.workflow.settings import Settings
from evosweep.workflow.staged_scope import StagedScope

_KIND = "look"


class StagedPlan(Plan):
    """The runs of the stages that are reached, and a look at each comparison that may go on."""

    def __init__(self, experiment: Experiment, settings: Settings, how: How) -> None:
        super().__init__(experiment, settings, how)
        self.scope = self._staged = StagedScope(experiment, lambda: self.is_again)
        self._written: bool | None = None
        self._made: set[str] = set()
        self._noted: set[str] = set()

    def outputs(self, _: Wildcards | None = None) -> list[str]:
        self._go_on()
        return [*self._outputs, *(str(self.call.mark(_KIND, name)) for name in self._looks)]

    def of_look(self, wildcards: Wildcards) -> list[str]:
        """Return the marks of the jobs that do runs of a look; none for finished runs."""
        runs = self._looks[wildcards.name].runs.keys()
        jobs = (order for order in self.orders.values() if not runs.isdisjoint(order.runs))
        return [str(self.call.mark(order.kind, order.name)) for order in jobs]

    def look_label(self, wildcards: Wildcards) -> str:
        note = self._looks[wildcards.name]
        return f"look {note.number} at {note.problem}, {note.stages.looks[note.number - 1]} seeds"

    def write_files(self, *, elsewhere: bool) -> None:
        super().write_files(elsewhere=elsewhere)
        self._written = elsewhere
        for name in self._looks.keys() - self._noted:  # once: it may have its answer by now
            self._looks[name].write(self.experiment.folder)
            self._noted.add(name)

    @cached_property
    def _looks(self) -> dict[str, LookNote]:
        """Return every look of this call."""
        return self._staged.looks(self._planned_runs())

    def _has_work(self) -> bool:
        return bool(self.orders or self._looks)

    def _planned_runs(self) -> set[str]:
        return {run_id for order in self.orders.values() for run_id in order.runs}

    def _go_on(self) -> None:
        """Plan the next stages, where looks of this call ask for them."""
        waiting = self._looks.keys() - self._made
        new = {name for name in waiting if self.call.mark(_KIND, name).exists()}
        self._made |= new
        if not new or not self._staged.advance(new, self._made):
            return
        planned = self._planned_runs()
        self._add([each for each in self._to_do() if each.run.run_id not in planned])
        self._looks |= self._staged.looks(self._planned_runs())
        if self._written is not None:
            self.write_files(elsewhere=self._written)


def read_plan(settings: Settings, how: How = CallOptions) -> Plan:
    """Return the plan for the settings of a call; raises InputError."""
    experiment = experiment_of(settings)
    if not isinstance(experiment.seeds, Stages):
        return Plan(experiment, settings, how)
    if settings.share is not None:
        raise InputError(
            f"--config share={settings.share}: seeds in stages need all results of a stage, and a "
            "share has a part of them; leave share out, or give seeds as {first, count}"
        )
    return StagedPlan(experiment, settings, how)
