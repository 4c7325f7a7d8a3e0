"""Print the mutants of a module as JSON: `.mutants/bin/python tests/mutants/operators.py FILE`.

The operators are those of mutmut, and four more: a call whose result nobody uses is left out, an
error is not raised, a value is not returned, a condition is negated. Messages, docstrings and
annotations are no code that a test could hold: they are left as they are. A text with a blank in it
is a message. None does not replace False, since both are false.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from pathlib import Path

import libcst as cst
from libcst import matchers as m
from libcst.metadata import MetadataWrapper, PositionProvider, WhitespaceInclusivePositionProvider
from mutmut.mutation import mutators

_LEFT_ALONE = {"TypeVar", "cast", "len", "isinstance", "warn"}
"""Functions whose arguments are types or messages, or any of whose mutants fails at once."""
_PLAIN_CONDITION = m.Name(value=m.MatchIfTrue(lambda name: name not in ("True", "False"))) | (
    m.Attribute() | m.Call() | m.Subscript() | m.NamedExpr(value=m.Call())
)


def mutants_of(source: str) -> list[dict[str, object]]:
    """Return the mutants of a module, in the order of its lines, each once."""
    visitor = _Visitor(source)
    MetadataWrapper(cst.parse_module(source), unsafe_skip_copy=True).visit(visitor)
    return [json.loads(text) for text in dict.fromkeys(map(json.dumps, visitor.mutants))]


class _Visitor(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider, WhitespaceInclusivePositionProvider)

    def __init__(self, source: str) -> None:
        super().__init__()
        self._lines = source.split("\n")
        self._scopes: list[cst.FunctionDef | cst.ClassDef | cst.Parameters] = []
        self.mutants: list[dict[str, object]] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if _is_left_alone(node):
            return False
        for kind, operator in _OPERATORS:
            if isinstance(node, kind):
                for mutated in operator(node):
                    if not _is_as_false(node, mutated):
                        self._add(node, mutated)
        if isinstance(node, _CONDITIONAL):
            for mutated in _negated(node.test):
                self._add(node.test, mutated)
        if isinstance(node, _SCOPES):
            self._scopes.append(node)
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if self._scopes and self._scopes[-1] is original_node:
            self._scopes.pop()

    def _add(self, node: cst.CSTNode, mutated: cst.CSTNode) -> None:
        place = self.get_metadata(WhitespaceInclusivePositionProvider, node, None)
        if place is None:
            return
        first, last = place.start.line - 1, place.end.line - 1
        head, tail = self._lines[first][: place.start.column], self._lines[last][place.end.column :]
        after = head + cst.Module([]).code_for_node(mutated) + tail
        before = "\n".join(self._lines[first : last + 1])
        if after != before:
            scope = self._function()
            self.mutants.append(
                {"function": scope, "first": first, "last": last, "before": before, "after": after}
            )

    def _function(self) -> str:
        """Return the qualified name of the outermost function around this place.

        It is empty for what is evaluated when the module is imported, as defaults of parameters
        are.
        """
        names: list[str] = []
        for scope, inner in zip_longest(self._scopes, self._scopes[1:]):
            if isinstance(scope, cst.Parameters):
                return ""
            names.append(scope.name.value)
            if isinstance(scope, cst.FunctionDef):
                return "" if isinstance(inner, cst.Parameters) else ".".join(names)
        return ""


def _is_left_alone(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.ClassDef):
        return any(m.matches(base.value, _PROTOCOL) for base in node.bases)
    if isinstance(node, cst.Annotation | cst.Decorator | cst.ImportFrom | cst.Import):
        return True
    if isinstance(node, cst.Call) and m.matches(node.func, m.Name() | m.Attribute()):
        name = node.func.attr if isinstance(node.func, cst.Attribute) else node.func
        return isinstance(name, cst.Name) and name.value in _LEFT_ALONE
    if isinstance(node, cst.Assign):
        return m.matches(node.targets[0].target, m.Name("__all__") | _OF_A_TYPE)
    return isinstance(node, cst.BaseString) and _is_message(node)


_OF_A_TYPE = m.Name(value=m.MatchRegex("_?[A-Z][a-z].*"))
"""The name of a type: what it stands for is an annotation."""
_PROTOCOL = m.Name("Protocol") | m.Subscript(value=m.Name("Protocol"))


def _is_message(node: cst.BaseExpression) -> bool:
    """Return True for texts of several words, and for what is put into them."""
    if isinstance(node, cst.ConcatenatedString):
        return _is_message(node.left) or _is_message(node.right)
    if isinstance(node, cst.FormattedString):
        texts = [part.value for part in node.parts if isinstance(part, cst.FormattedStringText)]
        return " " in "".join(texts).strip() or any(text != text.strip() for text in texts)
    return isinstance(node, cst.SimpleString) and " " in node.raw_value.strip()


def _arguments(node: cst.Call) -> Iterator[cst.Call]:
    """Leave out each argument, or give None for it, unless it is a message or as false as None."""
    kept = {id(each.value) for each in node.args if _is_message(each.value)}
    for mutated in mutators.operator_arg_removal(node):
        pairs = zip(node.args, mutated.args, strict=False)
        if kept <= {id(each.value) for each in mutated.args} and not any(
            _is_as_false(before, after) for before, after in pairs
        ):
            yield mutated


def _is_as_false(before: cst.CSTNode, after: cst.CSTNode) -> bool:
    """Return True if a value that was False becomes None."""
    values = getattr(before, "value", None), getattr(after, "value", None)
    return values[0] is not None and (
        m.matches(values[0], m.Name("False")) and m.matches(values[1], m.Name("None"))
    )


def _text(node: cst.BaseString) -> Iterator[cst.BaseString]:
    """Change a text once: mutmut's other case is no text that anybody would write."""
    for mutated in mutators.operator_string(node):
        yield mutated
        return


def _statement(node: cst.Expr) -> Iterator[cst.Pass]:
    if m.matches(node.value, m.Call()):
        yield cst.Pass(semicolon=node.semicolon)


def _raise(node: cst.Raise) -> Iterator[cst.Pass]:
    yield cst.Pass(semicolon=node.semicolon)


def _return(node: cst.Return) -> Iterator[cst.Return]:
    if node.value is not None and not m.matches(node.value, m.Name("None")):
        yield node.with_changes(value=cst.Name("None"))


def _negated(test: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """Negate a condition in which mutmut has no operator to change."""
    if m.matches(test, _PLAIN_CONDITION):
        if not test.lpar:
            test = test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        yield cst.UnaryOperation(cst.Not(), test)


_REPLACED = {mutators.operator_arg_removal: _arguments, mutators.operator_string: _text}
_OPERATORS: list[tuple[type, Callable[..., Iterable[cst.CSTNode]]]] = [
    *((kind, _REPLACED.get(operator, operator)) for kind, operator in mutators.mutation_operators),
    (cst.Expr, _statement),
    (cst.Raise, _raise),
    (cst.Return, _return),
]
_CONDITIONAL = cst.If | cst.While | cst.IfExp | cst.CompIf
_SCOPES = cst.FunctionDef | cst.ClassDef | cst.Parameters


if __name__ == "__main__":
    print(json.dumps(mutants_of(Path(sys.argv[1]).read_text(encoding="utf-8"))))
