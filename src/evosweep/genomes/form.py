"""The contract of what turns a value into its plain form; see plain_form.py."""

from typing import Protocol

Plain = object
"""A value in plain form: what `marshal` knows, or a list that starts with an Ellipsis and a tag."""


class Form(Protocol):
    """A conversion to plain form, which converters call for the parts of their value."""

    exact: bool
    """True if the class of every part is kept; else as the population digest has it."""

    sets: bool
    """True if a set of several elements was converted."""
    node_names: frozenset[str] | None
    """The nodes that the primitive sets of the toolbox have; None if these are unknown."""

    def __call__(self, value: object) -> Plain:
        """Return the plain form of a part."""
        ...

    def genome(self, individual: object) -> Plain:
        """Return the plain form of an individual without its own class and attributes."""
        ...

    def content(self, value: object, parent: type) -> Plain:
        """Return the plain form of what an object holds as a `parent`, its class on `parent` left
        out."""
        ...

    def known_object(self, value: object) -> Plain:
        """Return the plain form of an object of a class on a known one."""
        ...

    def own(self, value: object) -> Plain:
        """Return the plain form of a value that only the toolbox's `encode` knows."""
        ...


def is_tagged(value: Plain) -> bool:
    """Return True if a plain form is one of the tagged lists."""
    return type(value) is list and len(value) > 2 and value[0] is Ellipsis
