"""Convert other values of the standard library, such as dates, to plain form and back."""

import datetime as dt
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

from evosweep.genomes.form import Form, Plain


def _datetime(value: dt.datetime, form: Form) -> Plain:
    fields = (*value.timetuple()[:6], value.microsecond, value.fold)
    return [..., "datetime", fields, form(value.tzinfo)]


def _time(value: dt.time, form: Form) -> Plain:
    fields = (value.hour, value.minute, value.second, value.microsecond, value.fold)
    return [..., "time", fields, form(value.tzinfo)]


def _timezone(value: dt.timezone, form: Form) -> Plain:
    offset, name = value.utcoffset(None), value.tzname(None)
    unnamed = name == dt.timezone(offset).tzname(None)
    return [..., "timezone", form(offset), None if unnamed else name]


def _zone(value: ZoneInfo, form: Form) -> Plain:
    return [..., "zone", value.key] if value.key else form.own(value)


def _default_dict(value: "defaultdict[object, object]", form: Form) -> Plain:
    return [..., "defaultdict", form(value.default_factory), _pairs(value, form)]


def _pairs(value: "dict[object, object]", form: Form) -> list[Plain]:
    return [form(part) for pair in dict.items(value) for part in pair]


TO_PLAIN: dict[type, Callable[..., Plain]] = {
    Decimal: lambda value, _: [..., "decimal", str(value)],
    Fraction: lambda value, _: [..., "fraction", value.numerator, value.denominator],
    dt.datetime: _datetime,
    dt.date: lambda value, _: [..., "date", value.toordinal()],
    dt.time: _time,
    dt.timedelta: lambda value, _: [
        ..., "timedelta", value.days, value.seconds, value.microseconds
    ],
    dt.timezone: _timezone,
    ZoneInfo: _zone,
    UUID: lambda value, _: [..., "uuid", value.int],
    range: lambda value, _: [..., "range", value.start, value.stop, value.step],
    slice: lambda value, form: [
        ..., "slice", form(value.start), form(value.stop), form(value.step)
    ],
    bytearray: lambda value, _: [..., "bytearray", bytes(value)],
    deque: lambda value, form: [..., "deque", [form(item) for item in value], value.maxlen],
    OrderedDict: lambda value, form: [..., "OrderedDict", _pairs(value, form)],
    Counter: lambda value, form: [..., "Counter", _pairs(value, form)],
    defaultdict: _default_dict,
}  # fmt: skip


def _grouped(pairs: Sequence[object]) -> "list[tuple[object, object]]":
    return list(zip(pairs[::2], pairs[1::2], strict=True))


def _datetime_of(fields: Sequence[int], zone: dt.tzinfo | None) -> dt.datetime:
    year, month, day, hour, minute, second, microsecond, fold = fields
    return dt.datetime(year, month, day, hour, minute, second, microsecond, zone, fold=fold)


def _time_of(fields: Sequence[int], zone: dt.tzinfo | None) -> dt.time:
    hour, minute, second, microsecond, fold = fields
    return dt.time(hour, minute, second, microsecond, zone, fold=fold)


def _timezone_of(offset: dt.timedelta, name: str | None) -> dt.timezone:
    return dt.timezone(offset) if name is None else dt.timezone(offset, name)


FROM_PLAIN: dict[str, Callable[..., object]] = {
    "decimal": Decimal,
    "fraction": Fraction,
    "datetime": _datetime_of,
    "date": dt.date.fromordinal,
    "time": _time_of,
    "timedelta": dt.timedelta,
    "timezone": _timezone_of,
    "zone": ZoneInfo,
    "uuid": lambda number: UUID(int=number),
    "range": range,
    "slice": slice,
    "bytearray": bytearray,
    "deque": deque,
    "OrderedDict": lambda pairs: OrderedDict(_grouped(pairs)),
    "Counter": lambda pairs: Counter(dict(_grouped(pairs))),
    "defaultdict": lambda factory, pairs: defaultdict(factory, _grouped(pairs)),
}
