"""Refuse parameters that contain a password: receipts, MLflow and the report would show it."""

from collections.abc import Iterator, Mapping

from evosweep.errors import has_password

_REFUSAL = (
    "an address in it has a password or a token, and parameters are in every receipt and in "
    "MLflow: let the function read the secret from the environment"
)


def complaints(params: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield (name, message) for each parameter whose value contains a password, at any depth."""
    return ((name, _REFUSAL) for name, value in params.items() if _has_one(value))


def _has_one(value: object) -> bool:
    if isinstance(value, str):
        return "://" in value and has_password(value)
    if isinstance(value, Mapping):
        return any(map(_has_one, (*value, *value.values())))
    return isinstance(value, list | tuple) and any(map(_has_one, value))
