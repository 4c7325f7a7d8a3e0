"""Names of runs and configurations in MLflow, and their parameters, from a run's document."""

import hashlib
import json
from functools import lru_cache

from evosweep.records.record import Named, PartFields, Spec
from evosweep.track.content.mlflow_run import accepted_keys, clipped
from evosweep.track.content.resolved import defaults

_LONGEST_NAME = 250
_LONGEST_VALUE = 6000


def configuration_id(document: Named) -> str:
    """Return the identity of runs that differ only in seed and backend: 12 hexadecimal digits."""
    parts = {
        kind: {key: value for key, value in part.items() if key != "name"}
        for kind, part in _parts(document.spec).items()
    }
    text = json.dumps([parts, document.sources], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def label(part: PartFields) -> str:
    """Return the name of a problem, an algorithm or a backend for people."""
    return str(part.get("name") or part["use"])


def pair_name(spec: Spec) -> str:
    """Return the name of a problem and an algorithm together: `griewank · cma`."""
    return clipped(f"{label(spec['problem'])} · {label(spec['algorithm'])}", _LONGEST_NAME)


def own_name(spec: Spec) -> str:
    """Return the text that distinguishes a run from its siblings: `s3 · pool x2`."""
    backend = spec["backend"]
    return f"s{spec['seed']} · {label(backend)} x{backend.get('workers', 1)}"


def run_name(own: str, configuration: str) -> str:
    """Return the name of a run: `s3 · pool x2 · griewank · cma · sigma=2`."""
    return clipped(f"{own} · {configuration}", _LONGEST_NAME)


def place_of(spec: Spec) -> str:
    """Return a text by which runs are sorted: by backend, then by seed."""
    backend = spec["backend"]
    own = f"{label(backend)} {backend.get('workers', 1):05d} {spec['seed']:010d}"
    return clipped(f"{own} {pair_name(spec)}", _LONGEST_NAME)


def shown(value: object) -> str:
    """Return a parameter's value as text: JSON, but a plain string as it is."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return clipped(text, _LONGEST_VALUE)


def parameters(document: Named) -> dict[str, str]:
    """Return all given and default values of a run, one MLflow parameter for each."""
    return _accepted(_of_configuration(document) | _of_run(document.spec))


def configuration_parameters(document: Named) -> dict[str, str]:
    """Yield problem and algorithm with their options and parameters, also default ones."""
    return _accepted(_of_configuration(document))


def _accepted(params: dict[str, str]) -> dict[str, str]:
    names = accepted_keys(params)
    return {names[key]: value for key, value in params.items()}


def _of_configuration(document: Named) -> dict[str, str]:
    params: dict[str, str] = {}
    place = document.spec.get("import_path", "")
    for kind, part in _parts(document.spec).items():
        params |= _of_part(kind, json.dumps(part), place, document.sources.get(kind, ""))
    return params


@lru_cache(4096)  # the runs of a configuration have the same
def _of_part(kind: str, text: str, import_path: str, source: str) -> dict[str, str]:
    part: PartFields = json.loads(text)
    given = part.get("params", {})
    left = dict(defaults(kind, part["use"], import_path, source))
    values = {**_options(part), **given, **{k: v for k, v in left.items() if k not in given}}
    return {kind: label(part)} | {f"{kind}.{key}": shown(value) for key, value in values.items()}


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
    """Return a part without its label and its parameters."""
    return {key: value for key, value in part.items() if key not in {"name", "params"}}
