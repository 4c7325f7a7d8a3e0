"""A built problem; each process builds it from its name and parameters, and never sends it."""

import copy
import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, cast

from deap import gp

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
    """A built problem: its toolbox, its declared traits, and its options in the config."""

    toolbox: Toolbox
    stochastic: bool
    lamarckian: bool
    infinite: bool
    timeout: float | None
    retries: int
    """Number of times that a failing evaluation is repeated."""
    attributes: frozenset[str]
    """Attributes of an individual that travel whatever their values are."""
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
        return Rebuilder(self._primitive_sets, getattr(self.toolbox, "decode", None))

    @cached_property
    def rebuild_recorded(self) -> Rebuilder:
        """Make individuals of genomes from a disk; it only finds classes that this run has
        named."""
        decode = getattr(self.toolbox, "decode", None)
        return Rebuilder(self._primitive_sets, decode, class_names.seen_here)

    @cached_property
    def form(self) -> PlainForm:
        """The conversion of individuals to the data that travels."""
        return PlainForm(getattr(self.toolbox, "encode", None), self._primitive_sets)

    @cached_property
    def _primitive_sets(self) -> list[gp.PrimitiveSetTyped]:
        return primitive_sets(self.toolbox)

    @cached_property
    def digest_form(self) -> PlainForm:
        """The parts of an individual that its digest covers."""
        return PlainForm(getattr(self.toolbox, "encode", None), exact=False)

    def left_behind(self, individual: object) -> list[str]:
        """Return the attributes of an individual that do not travel to evaluations."""
        return left_behind(individual, self.form, self.attributes)

    def own_toolbox(self) -> Toolbox:
        """Return a copy of the toolbox, on which a run registers its map."""
        return copy.copy(self.toolbox)


def build_for_run(description: str) -> BuiltProblem:
    """Return the problem for one run; it is built anew for each further run of a process.

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
    it). Both generators are seeded while it is built, and restored afterwards, so that a problem
    with a random instance is the same in every process.
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
    """Return the JSON from which workers build a problem: its part of the spec, and import path."""
    kept = {key: value for key, value in problem.items() if key != "name"}
    return json.dumps(kept | {"import_path": import_path}, sort_keys=True)
