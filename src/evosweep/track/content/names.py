"""Names of runs and configurations in MLflow, and their parameters, from a run's spec."""

import hashlib
import json
from itertools import chain, zip_longest

from evosweep.records.record import Named, PartFields, Spec
from evosweep.track.content.mlflow_run import accepted_keys, clipped

_LONGEST_NAME = 250
_LONGEST_VALUE = 6000


def configuration_id(document: Named) -> str:
    """The identity of runs that differ only in seed and backend: 12 hexadecimal digits."""
    parts = {
        kind: {key: value for key, value in part.items() if key != "name"}
        for kind, part in _parts(document.spec).items()
    }
    text = json.dumps([parts, document.sources], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def label(part: PartFields) -> str:
    """The name of a problem, an algorithm or a backend for people."""
    return str(part.get("name") or part["use"])


def run_name(spec: Spec) -> str:
    """The name of a run, most telling parts first: `onemax simple s1 pool x2 bits=100 ...`."""
    backend = spec["backend"]
    head = (
        f"{label(spec['problem'])} {label(spec['algorithm'])} s{spec['seed']} "
        f"{label(backend)} x{backend.get('workers', 1)}"
    )
    return clipped(head + _described(spec), _LONGEST_NAME)


def configuration_name(spec: Spec) -> str:
    """The name of a configuration: `onemax simple bits=100 population=300 ...`."""
    text = f"{label(spec['problem'])} {label(spec['algorithm'])}{_described(spec)}"
    return clipped(text, _LONGEST_NAME)


def _described(spec: Spec) -> str:
    """All parameters of problem and algorithm in turn, the last first: those are the swept ones."""
    parts = [reversed(part.get("params", {}).items()) for part in _parts(spec).values()]
    pairs = chain.from_iterable(zip_longest(*parts))
    return "".join(f" {pair[0]}={shown(pair[1])}" for pair in pairs if pair)


def shown(value: object) -> str:
    """A parameter's value as text: JSON, but a plain string as it is."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return clipped(text, _LONGEST_VALUE)


def parameters(spec: Spec) -> dict[str, str]:
    """Everything that the spec sets, as one MLflow parameter per value."""
    return _accepted(_of_configuration(spec) | _of_run(spec))


def configuration_parameters(spec: Spec) -> dict[str, str]:
    """Problem and algorithm, their options and their parameters."""
    return _accepted(_of_configuration(spec))


def _accepted(params: dict[str, str]) -> dict[str, str]:
    names = accepted_keys(params)
    return {names[key]: value for key, value in params.items()}


def _of_configuration(spec: Spec) -> dict[str, str]:
    params: dict[str, str] = {}
    for kind, part in _parts(spec).items():
        params[kind] = label(part)
        for key, value in {**_options(part), **part.get("params", {})}.items():
            params[f"{kind}.{key}"] = shown(value)
    return params


def _of_run(spec: Spec) -> dict[str, str]:
    backend = spec["backend"]
    params = {
        "seed": str(spec["seed"]),
        "backend": str(backend["use"]),
        "workers": str(backend.get("workers", 1)),
    }
    options = _options(backend).items()
    rest = {key: shown(value) for key, value in options if key not in {"use", "workers"}}
    return params | {f"backend.{key}": value for key, value in rest.items()}


def _parts(spec: Spec) -> dict[str, PartFields]:
    return {"problem": spec["problem"], "algorithm": spec["algorithm"]}


def _options(part: PartFields) -> dict[str, object]:
    """Everything but its label and its parameters."""
    return {key: value for key, value in part.items() if key not in {"name", "params"}}
