"""The contract of conversions to plain form; see plain_form.py."""

from typing import Protocol

Plain = object
"""A value in plain form: of a type of `marshal`, or a list that starts with Ellipsis and a tag."""


class Form(Protocol):
    """A conversion to plain form; converters call it for the parts of their value."""

    exact: bool
    """True if the form keeps the class of every part; False for that of the population digest."""

    sets: bool
    """True once a set with several elements was converted."""
    node_names: frozenset[str] | None
    """The nodes of the toolbox's primitive sets; None if these are unknown."""

    def __call__(self, value: object) -> Plain:
        """Return the plain form of a part."""
        ...

    def genome(self, individual: object) -> Plain:
        """Return the plain form of an individual without its own class and attributes."""
        ...

    def content(self, value: object, parent: type) -> Plain:
        """Return the plain form of an object's content as a `parent`, without its own class."""
        ...

    def known_object(self, value: object) -> Plain:
        """Return the plain form of an object whose class is derived from a known one."""
        ...

    def own(self, value: object) -> Plain:
        """Return the plain form of a value that only the toolbox's `encode` can convert."""
        ...


def is_tagged(value: Plain) -> bool:
    """Return True if a plain form is one of the tagged lists."""
    return type(value) is list and value[:1] == [...]
