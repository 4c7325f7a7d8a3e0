"""Find the swept parameters, which distinguish the configurations of an experiment."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from evosweep.compare.plots.styles import Styles
from evosweep.compare.read.labels import compared, identity, label_all
from evosweep.records.record import Named
from evosweep.track.content.mlflow_run import clipped
from evosweep.track.content.names import configuration_parameters

Facts = Mapping[str, str]
"""A configuration's parameters as MLflow has them; beside them `code`, `identity`, `compare`."""
_KINDS = ("problem", "algorithm")
_LONGEST = 250


def facts_of(document: Named) -> dict[str, str]:
    """Return the facts that may differ between two configurations of one experiment."""
    code = " ".join(document.sources[kind][:6] for kind in _KINDS if kind in document.sources)
    _, compared_algorithm = compared(document.spec["problem"], document.spec["algorithm"])
    algorithm = identity(compared_algorithm, document.sources.get("algorithm", ""))
    answers = "\n".join(document.spec["problem"].get("compare", []))
    own = {"code": code, "identity": algorithm, "compare": answers}
    return configuration_parameters(document) | own


def colours_of(configurations: Mapping[str, Facts]) -> dict[str, str]:
    """Return the colour of each configuration, which is that of its algorithm in the report."""
    algorithms = {facts["identity"]: facts["algorithm"] for facts in configurations.values()}
    labels = label_all(algorithms)
    styles = Styles.of(labels.values())
    return {
        name: styles[labels[facts["identity"]]].colour for name, facts in configurations.items()
    }


def swept_keys(configurations: Iterable[Facts]) -> list[str]:
    """Return the parameters that differ between namesakes of some problem or algorithm, by their
    keys."""
    members = list(configurations)
    keys = [key for kind in _KINDS for group in _swept(members, kind).values() for key in group]
    return list(dict.fromkeys(keys))


def problem_names(configurations: Mapping[str, Facts]) -> dict[str, str]:
    """Return by configuration its problem's name with swept parameters: `rastrigin dimension=5`.

    Those of `compare` belong to the answer, as in the report: they make no problem of their own.
    """
    swept = _swept(configurations.values(), "problem")
    names = {}
    for name, facts in configurations.items():
        answers = {f"problem.{each}" for each in str(facts.get("compare", "")).split("\n")}
        keys = [key for key in swept[facts["problem"]] if key not in answers]
        names[name] = " ".join([facts["problem"], *_shown(facts, keys)])
    return names


def names_of(configurations: Mapping[str, Facts]) -> dict[str, str]:
    """Return by configuration a name that is unique in the experiment.

    It reads `griewank · cma`, and the parameters that differ between namesakes stand behind it.
    """
    swept = {kind: _swept(configurations.values(), kind) for kind in _KINDS}
    names = {}
    groups = defaultdict(list)
    for name, facts in configurations.items():
        keys = [key for kind in _KINDS for key in swept[kind][facts[kind]]]
        text = " · ".join([facts["problem"], facts["algorithm"], *_shown(facts, keys)])
        names[name] = text
        groups[text].append(name)
    for text, members in groups.items():
        if len(members) > 1:  # edited code alone tells them apart
            names |= {name: f"{text} · code {configurations[name]['code']}" for name in members}
    return {name: clipped(text, _LONGEST) for name, text in names.items()}


def _swept(configurations: Iterable[Facts], kind: str) -> dict[str, list[str]]:
    """Return by name of a problem or an algorithm the keys in which its namesakes differ."""
    groups: dict[str, list[Facts]] = defaultdict(list)
    for facts in configurations:
        groups[facts[kind]].append(facts)
    return {name: _varying(members, f"{kind}.") for name, members in sorted(groups.items())}


def _varying(members: Sequence[Facts], prefix: str) -> list[str]:
    keys = dict.fromkeys(key for facts in members for key in facts if key.startswith(prefix))
    return [key for key in keys if len({facts.get(key) for facts in members}) > 1]


def _shown(facts: Facts, keys: Iterable[str]) -> list[str]:
    return [f"{key.partition('.')[2]}={facts[key]}" for key in keys if key in facts]
