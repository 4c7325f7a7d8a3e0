"""Source text without the parts that have no effect: comments, docstrings, blank lines, spaces.

The form is the same on every Python that can read the file. It is made by cutting parts out of the
text. `ast.dump`, `ast.unparse` and the tokens of an f-string differ between versions of Python; the
positions of comments, strings and statements do not.
"""

import ast
import io
import tokenize
import warnings
from collections.abc import Iterator
from typing import NamedTuple


class Span(NamedTuple):
    """A part of a text, from one (line, column) to another; lines count from 1, columns from 0."""

    start: tuple[int, int]
    end: tuple[int, int]


def decode(content: bytes) -> str:
    """Return the text of a source file in its declared encoding, with `\\n` as line ends.

    Raises SyntaxError or ValueError if the bytes do not fit the encoding.
    """
    encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
    return content.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")


def parse(text: str) -> ast.Module:
    """Return the syntax tree of a source text; warnings of the parser are ignored here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def normal_form(text: str, tree: ast.Module) -> str:
    """Return a source text without the parts that have no effect.

    A string that is a whole statement has no effect: it is cut, and `pass` replaces it in a body
    that has no other statement. A module that mentions `__doc__` keeps such strings. Nothing is cut
    within other strings, or after a line that ends with a backslash.

    Parameters
    ----------
    text
        The source, as `decode` gives it.
    tree
        Its syntax tree, as `parse` gives it.
    """
    try:
        comments, strings = _scan(text)
    except (tokenize.TokenError, SyntaxError):  # the parser of Python accepted it
        return text
    inside = {line for span in strings for line in range(span.start[0], span.end[0])}
    cuts = [(span, "") for span in comments]
    if "__doc__" not in text:
        cuts += _lone_strings(tree, text.split("\n"))
        inside -= {line for span, _ in cuts for line in range(span.start[0], span.end[0])}
    return "\n".join(_kept_lines(text.split("\n"), cuts, inside))


def _scan(text: str) -> tuple[list[Span], list[Span]]:
    """Return the spans of comments outside of f-strings, and of strings; an f-string is one."""
    starts, ends = _tokens("START"), _tokens("END")
    comments, strings, open_strings = [], [], []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in starts:
            open_strings.append(token.start)
        elif token.type in ends:
            strings.append(Span(open_strings.pop(), token.end))
        elif token.type == tokenize.STRING:
            strings.append(Span(token.start, token.end))
        elif token.type == tokenize.COMMENT and not open_strings:
            comments.append(Span(token.start, token.end))
    return comments, strings


def _tokens(name: str) -> set[int]:
    """Return the numbers of f-strings' and t-strings' tokens, if this Python has them."""
    numbers = (getattr(tokenize, f"{kind}STRING_{name}", None) for kind in ("F", "T"))
    return {number for number in numbers if number is not None}


def _lone_strings(tree: ast.Module, lines: list[str]) -> Iterator[tuple[Span, str]]:
    """Yield each statement that is only a string, with the text that replaces it."""
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            body = getattr(node, field, None)
            if not isinstance(body, list):
                continue  # the body of an expression: of a lambda, of `a if b else c`
            lone = [statement for statement in body if _is_lone_string(statement)]
            for number, statement in enumerate(lone):
                empty = len(lone) == len(body) and not isinstance(node, ast.Module)
                yield _span(statement, lines), "pass" if empty and number == 0 else ""


def _is_lone_string(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _span(node: ast.stmt, lines: list[str]) -> Span:
    """Return a statement's span with the semicolon after it; `ast` counts columns in bytes."""
    start, end = node.lineno, node.end_lineno or node.lineno
    last = lines[end - 1]
    column = _characters(last, node.end_col_offset or 0)
    rest = last[column:].lstrip()
    if rest.startswith(";"):
        column = len(last) - len(rest[1:].lstrip())
    return Span((start, _characters(lines[start - 1], node.col_offset)), (end, column))


def _characters(line: str, bytes_before: int) -> int:
    return len(line.encode()[:bytes_before].decode())


def _kept_lines(lines: list[str], cuts: list[tuple[Span, str]], inside: set[int]) -> Iterator[str]:
    """Yield the remaining lines; a line whose number is in `inside` ends within a string."""
    numbered = dict(enumerate(lines, 1))
    for (start, end), instead in sorted(cuts, reverse=True):
        joined = numbered[start[0]][: start[1]] + instead + numbered[end[0]][end[1] :]
        numbered[start[0]] = joined
        if end[0] in inside:
            inside.add(start[0])
        for gone in range(start[0] + 1, end[0] + 1):
            del numbered[gone]
    continued = False
    for number, line in numbered.items():
        kept = line if number in inside else line.rstrip()
        if kept.strip() or continued or number in inside:
            yield kept
        continued = kept.endswith("\\") and number not in inside
