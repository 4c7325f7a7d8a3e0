"""A problem as one process holds it: built from its name and parameters, never sent."""

import copy
import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, cast

from evosweep.errors import InputError, shown
from evosweep.evaluation import seeds
from evosweep.evaluation.vectorised import EvaluateBatch
from evosweep.genomes import class_names
from evosweep.genomes.companions import left_behind
from evosweep.genomes.deap_types import Toolbox
from evosweep.genomes.plain_form import PlainForm
from evosweep.genomes.rebuild import Rebuilder, primitive_sets
from evosweep.plugins.loading import load_problem
from evosweep.problems.traits import Traits


@dataclass(frozen=True)
class BuiltProblem:
    """A built problem: its toolbox, and what its declaration and the config say of it."""

    toolbox: Toolbox
    stochastic: bool
    lamarckian: bool
    infinite: bool
    timeout: float | None
    retries: int
    """Number of times that a failing evaluation is repeated."""
    attributes: frozenset[str]
    """What evaluations are given of an individual whatever it is."""
    penalty: tuple[float, ...] | None
    """The fitness of a failing evaluation; None: the run fails."""

    @property
    def evaluate(self) -> Callable[..., object]:
        """The problem's own evaluation."""
        return self.toolbox.evaluate

    @property
    def evaluate_batch(self) -> EvaluateBatch | None:
        """The function that evaluates a whole chunk; None if absent, or if a policy forbids it."""
        return getattr(self.toolbox, "evaluate_batch", None) if self.is_plain else None

    @property
    def is_plain(self) -> bool:
        """True if an evaluation returns a fitness and no policy follows its failure."""
        special = self.stochastic or self.lamarckian or self.timeout or self.retries
        return not special and self.penalty is None

    @cached_property
    def traits(self) -> Traits:
        """The traits that the problem declares."""
        return Traits.of(self.toolbox)

    @cached_property
    def rebuild(self) -> Rebuilder:
        """Make individuals of bare genomes."""
        return Rebuilder(primitive_sets(self.toolbox), getattr(self.toolbox, "decode", None))

    @cached_property
    def rebuild_recorded(self) -> Rebuilder:
        """As `rebuild`, of genomes that come from a disk: it finds only what this run has named."""
        decode = getattr(self.toolbox, "decode", None)
        return Rebuilder(primitive_sets(self.toolbox), decode, class_names.seen_here)

    @cached_property
    def form(self) -> PlainForm:
        """Take individuals apart into what travels."""
        return PlainForm(getattr(self.toolbox, "encode", None), primitive_sets(self.toolbox))

    @cached_property
    def digest_form(self) -> PlainForm:
        """The parts of an individual that its digest covers."""
        return PlainForm(getattr(self.toolbox, "encode", None), exact=False)

    def left_behind(self, individual: object) -> list[str]:
        """Return the attributes of an individual that evaluations are not given."""
        return left_behind(individual, self.form, self.attributes)

    def own_toolbox(self) -> Toolbox:
        """Return a copy of the toolbox, for a run to register its map on."""
        return copy.copy(self.toolbox)


def build_for_run(description: str) -> BuiltProblem:
    """Return the problem for one run, built anew for every run of a process but the first.

    A toolbox may hold state (`cma.Strategy`, `selNSGA3WithMemory`) that a run must not inherit.
    """
    if description not in _used:
        _used.add(description)
        return build(description)
    return build.__wrapped__(description)


_used: set[str] = set()


@cache
def build(description: str) -> BuiltProblem:
    """Return the problem that a JSON description names, built once per process.

    `description` is the `problem` part of a spec with the spec's `import_path` (`describe` makes
    it). Both generators are seeded for the time of building and put back, so that a problem that
    draws its instance at random is the same one in every process.
    """
    spec = json.loads(description)
    before = seeds.state()
    seeds.seed_build()
    try:
        with warnings.catch_warnings():
            # A second problem may create its classes under the first one's names.
            warnings.filterwarnings("ignore", "A class named", RuntimeWarning)
            function = load_problem(spec["use"], spec["import_path"])
            toolbox = function(**spec["params"])
            _check_toolbox(toolbox, spec["use"])
    finally:
        before.restore()
    traits = Traits.of(toolbox)
    policy = spec.get("failure", "fail")
    policy = {} if policy == "fail" else policy
    return BuiltProblem(
        toolbox=cast("Toolbox", toolbox),
        stochastic=spec.get("stochastic", False) or traits.stochastic,
        lamarckian=spec.get("lamarckian", False) or traits.lamarckian,
        infinite=spec.get("infinite", False) or traits.infinite,
        timeout=spec.get("timeout"),
        retries=policy.get("retry", 0),
        attributes=frozenset(spec.get("attributes", ())) | frozenset(traits.attributes),
        penalty=tuple(policy["penalty"]) if "penalty" in policy else None,
    )


def _check_toolbox(toolbox: object, use: str) -> None:
    if not callable(getattr(toolbox, "evaluate", None)):
        forgotten = " (is `return toolbox` missing?)" if toolbox is None else ""
        what = (
            shown(toolbox) if not hasattr(toolbox, "register") else "a toolbox without `evaluate`"
        )
        raise InputError(
            f"problem {use} returned {what}{forgotten}; a problem returns a DEAP toolbox with "
            "`evaluate` registered"
        )


def describe(problem: dict[str, Any], import_path: str) -> str:
    """Return the JSON that workers build a problem from: its part of the spec, and its import
    path."""
    kept = {key: value for key, value in problem.items() if key != "name"}
    return json.dumps(kept | {"import_path": import_path}, sort_keys=True)
