"""Cut the text of a program's statements, with their comments, out of the program."""

import ast
from collections.abc import Mapping, Sequence
from textwrap import dedent

_MOST_BLANK = 2  # lines between two statements


class Text:
    """A program's text, from which statements are cut out."""

    def __init__(self, text: str) -> None:
        self._lines = [line.encode() for line in text.splitlines()]

    def of(self, statement: ast.stmt, instead: Mapping[ast.expr, str] | None = None) -> str:
        """Return the lines of a statement with the comment above it, without their indent.

        `instead` maps some of its expressions to the text that replaces them.
        """
        if not self._is_alone(statement):
            return ast.unparse(statement)
        first, last = self._first(statement), statement.end_lineno or statement.lineno
        lines = self._lines[first - 1 : last]
        for expression, new in sorted(
            (instead or {}).items(), key=lambda each: (each[0].lineno, each[0].col_offset)
        )[::-1]:
            at = expression.lineno - first
            line, end = lines[at], expression.end_col_offset
            lines[at] = line[: expression.col_offset] + new.encode() + line[end:]
        return dedent("\n".join(line.decode() for line in lines))

    def of_all(self, statements: Sequence[ast.stmt]) -> str:
        """Return several statements, with the blank lines that the program has between them."""
        texts: list[str] = []
        before = 0
        for statement in statements:
            gap = self._first(statement) - before - 1
            texts += [""] * (min(gap, _MOST_BLANK) if before else 0)
            texts.append(self.of(statement))
            before = statement.end_lineno or statement.lineno
        return "\n".join(texts)

    def _is_alone(self, statement: ast.stmt) -> bool:
        """Return True if no other statement is on the same lines, as in `import os; import sys`."""
        start = self._lines[statement.lineno - 1][: statement.col_offset]
        end = self._lines[(statement.end_lineno or 1) - 1][statement.end_col_offset or 0 :]
        return not start.strip() and not end.partition(b"#")[0].strip()

    def _first(self, statement: ast.stmt) -> int:
        """Return the first line of a statement, its decorators and the comment above included."""
        decorators = getattr(statement, "decorator_list", [])
        first: int = min([statement.lineno, *(each.lineno for each in decorators)])
        while first > 1 and self._lines[first - 2].lstrip().startswith(b"#"):
            first -= 1
        return first
