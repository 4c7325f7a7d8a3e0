"""The base of all models that read external data, and messages about their mistakes.

A config or a spec with mistakes is refused as a whole. The error lists all mistakes at once, and
each line names the key, the value and the allowed values.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from evosweep.errors import did_you_mean, key_path, shown

MAX_DEPTH = 50
_MAX_BITS = 8192
NAME_PATTERN = r"^[A-Za-z0-9._-]{1,64}$"


class Strict(BaseModel):
    """A frozen model that refuses unknown keys and converts no types.

    Its validator is made when it is needed first: most models are only parts of others.
    """

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, allow_inf_nan=False, defer_build=True
    )


def _json_value(value: object, depth: int = 0) -> object:
    """Return `value` as JSON types; raises ValueError for values that JSON cannot hold."""
    if depth > MAX_DEPTH:
        raise ValueError(f"is nested more than {MAX_DEPTH} levels deep")
    match value:
        case None | bool():
            return value
        case int():
            if value.bit_length() > _MAX_BITS:
                raise ValueError(f"is a whole number of more than {_MAX_BITS} bits")
            return value
        case float():
            if not math.isfinite(value):
                raise ValueError(f"{value} is not a number that JSON can hold")
            return value
        case str():
            return _text(value)
        case list() | tuple():
            return [_json_value(item, depth + 1) for item in value]
        case dict():
            if wrong := [key for key in value if type(key) is not str]:
                raise ValueError(f"keys must be text, not {shown(wrong[0])}")
            return {_text(key): _json_value(item, depth + 1) for key, item in value.items()}
    raise ValueError(
        f"{shown(value)} is a {type(value).__name__}; allowed are numbers, text, true, false, "
        "null, lists and mappings (quote it to make it text)"
    )


def _text(value: str) -> str:
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError(f"{shown(value)} is not text that UTF-8 can hold")
    return value


def _no_folder(name: str) -> str:
    if name in {".", ".."}:
        raise ValueError(f"'{name}' is not a name: as a folder it means another one")
    return name


JsonValue = Annotated[Any, AfterValidator(_json_value)]
Parameters = dict[str, JsonValue]
Name = Annotated[str, Field(pattern=NAME_PATTERN), AfterValidator(_no_folder)]
_NAME: TypeAdapter[str] = TypeAdapter(Name)


def is_name(text: str) -> bool:
    """Return True if a part of a config may be called so."""
    try:
        _NAME.validate_python(text)
    except ValidationError:
        return False
    return True


def refused(title: str, mistakes: Sequence[tuple[tuple[str | int, ...], str]]) -> ValidationError:
    """Return what a validator raises for several mistakes, each with its place below the model."""
    details = [
        InitErrorDetails(
            type=PydanticCustomError("value_error", "{message}", {"message": message}),
            loc=where,
            input=None,
        )
        for where, message in mistakes
    ]
    return ValidationError.from_exception_data(title, details)


_NO_BOOLEANS = [word for each in ("yes", "no", "on", "off") for word in (each, each.title())]


def explain(error: ValidationError, model: type[BaseModel]) -> Iterator[str]:
    """Yield one line for each mistake: key, value, allowed values."""
    for detail in error.errors(include_url=False):
        where = detail["loc"]
        message = detail["msg"].removeprefix("Value error, ").removeprefix("Input ")
        match detail["type"]:
            case "extra_forbidden":
                allowed = _keys_at(model, where[:-1])
                message = f"unknown key; allowed: {', '.join(allowed)}"
                message += did_you_mean(str(where[-1]), allowed)
            case "missing":
                message = "missing, and required"
            case "too_short" | "string_too_short":
                message = "is empty; give at least 1"
            case "string_pattern_mismatch" if NAME_PATTERN in detail["msg"]:
                message = f"{shown(detail['input'])} is not a name (A-Z a-z 0-9 . _ -, at most 64)"
            case "bool_type" if detail["input"] in _NO_BOOLEANS:
                message = f"should be true or false (YAML 1.2), not {shown(detail['input'])}"
            case "model_type" | "dict_type":
                message = f"should be a mapping, not {shown(detail['input'])}"
            case kind if kind != "value_error":
                message = f"{message}, not {shown(detail['input'])}"
        if where and where[-1] == "[key]":  # pydantic's mark of a mapping's key
            where = where[:-2]
        yield f"{key_path(where)}: {message}" if where else message


def _keys_at(model: object, location: Iterable[int | str]) -> list[str]:
    for part in location:
        if isinstance(model, type) and issubclass(model, BaseModel):
            fields = model.model_fields
            model = fields[str(part)].annotation if part in fields else None
        else:
            model = (get_args(model) or (None,))[-1]
        model = _plain(model)
    return list(getattr(model, "model_fields", ()))


def _plain(annotation: object) -> object:
    """Return the annotation without `Annotated[...]`, and the first model of a union."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        models = [a for a in get_args(annotation) if isinstance(a, type) and a is not type(None)]
        return next((a for a in models if issubclass(a, BaseModel)), None)
    return annotation
