"""The normal form forgives what decides nothing, keeps what is executed, on every Python."""

import ast
import json
import subprocess
import sys
import tokenize
import warnings
from pathlib import Path
from types import SimpleNamespace

import pytest
import pythons

from evosweep.plugins import normal_form as module
from evosweep.plugins.normal_form import decode, normal_form, parse

# Each pair of texts is the same program.
SAME = {
    "comment": ("x = 1  # one\n", "x = 1\n"),
    "comment line": ("x = 1\n    # oddly indented\ny = 2\n", "x = 1\ny = 2\n"),
    "type comment": ("x = []  # type: list[int]\n", "x = []\n"),
    "coding line": ("# -*- coding: utf-8 -*-\nx = 'é'\n", "x = 'é'\n"),
    "blank lines": ("\n\nx = 1\n\n\ny = (\n\n  2)\n\n", "x = 1\ny = (\n  2)\n"),
    "trailing space": ("x = 1 \t\f\n", "x = 1\n"),
    "no newline at the end": ("x = 1", "x = 1\n"),
    "form feed": ("x = 1\n\f\ny = 2\n", "x = 1\ny = 2\n"),
    "CRLF": ("x = '''a\r\nb'''\r\ny = 2\r\n", "x = '''a\nb'''\ny = 2\n"),
    "CR": ("x = 1\ry = 2\r", "x = 1\ny = 2\n"),
    "docstring of a module": ('"""One."""\nx = 1\n', '"""Two,\nlonger."""\n\nx = 1\n'),
    "docstring removed": ('def f():\n    """Doc."""\n    return 1\n', "def f():\n    return 1\n"),
    "docstring alone": ('def f():\n    """Doc."""\n', "def f():\n    pass\n"),
    "docstring of a class": ("class C:\n    'a' 'b'\n    x = 1\n", "class C:\n    x = 1\n"),
    "docstring on the line of def": ("def f(): 'doc'; return 1\n", "def f(): return 1\n"),
    "docstring and what follows": (
        'def f(): """a\nb"""; return """c\n d"""\n',
        'def f(): return """c\n d"""\n',
    ),
    "docstring before a space": ("def f(): 'doc' ; return 1\n", "def f(): return 1\n"),
    "docstring and comment": ("def f(): 'doc'; return 1  # one\n", "def f(): return 1\n"),
    "docstring behind a blank line": ("class C:\n\n    'doc'\n", "class C:\n    pass\n"),
    "decorated": ("@d  # why\ndef f():\n  'doc'\n  g()\n", "@d\ndef f():\n  g()\n"),
    "attribute docstring": ("x = 1\n'''What x\nis.'''\n", "x = 1\n"),
    "nested": ("if a:\n  def f():\n    '''é'''\n    pass\n", "if a:\n  def f():\n    pass\n"),
    "comment in a list": ("x = [  # numbers\n  1,  # one\n]\n", "x = [\n  1,\n]\n"),
    "else": ("if a:\n  b\nelse:\n  'why'\n  c\n", "if a:\n  b\nelse:\n  c\n"),
    "finally": ("try:\n  a\nfinally:\n  'why'\n  b\n", "try:\n  a\nfinally:\n  b\n"),
    "handler": ("try:\n  a\nexcept E:\n  'why'\n", "try:\n  a\nexcept E:\n  pass\n"),
}

# Each pair of texts is two programs.
DIFFERENT = {
    "a number": ("x = 1\n", "x = 2\n"),
    "hash in a string": ("x = 'a # b'\n", "x = 'a # c'\n"),
    "space in a string": ("x = '''a \nb'''\n", "x = '''a\nb'''\n"),
    "space in a string behind a docstring": (
        'def f(): """a\nb"""; return """c \nd"""\n',
        'def f(): """a\nb"""; return """c\nd"""\n',
    ),
    "blank line in a string": ("x = '''a\n\nb'''\n", "x = '''a\nb'''\n"),
    "blank line in an f-string": ("x = f'''a{y}\n\nb'''\n", "x = f'''a{y}\nb'''\n"),
    "nested f-string": ("x = f'{f\"{a}#1\"} # 1'\n", "x = f'{f\"{a}#2\"} # 1'\n"),
    "hash after a nested f-string": ("x = f'{f\"{a}\"} # 1'\n", "x = f'{f\"{a}\"} # 2'\n"),
    "format specification": ("x = f'{a:#>{w}}'\n", "x = f'{a:#<{w}}'\n"),
    "an f-string is no docstring": ("def f():\n  f'{g()}'\n", "def f():\n  pass\n"),
    "bytes are no docstring": ("x = b'# a'\n", "x = b'# b'\n"),
    "indentation": ("if a:\n  b\n  c\n", "if a:\n  b\nc\n"),
    "continued": ("x = 1 \\\n\n-2\n", "x = 1 \\\n-2\n"),
    "continued before a comment": ("x = 1 \\\n# minus\n-2\n", "x = 1 \\\n-2\n"),
    "continued string": ("x = 'a\\\n  b'\n", "x = 'a\\\n b'\n"),
    "tab and space": ("x = '\t'\n", "x = ' '\n"),
    "decorator": ("@a\ndef f(): pass\n", "@b\ndef f(): pass\n"),
    "a docstring that is read": ("'one'\nx = __doc__\n", "'two'\nx = __doc__\n"),
    "statement behind a semicolon": ("def f(): 'doc'; return 1\n", "def f(): 'doc'; return 2\n"),
    "prefix": ("x = r'\\n'\n", "x = '\\n'\n"),
    "text of another encoding": ("# coding: latin-1\nx = 'é'\n", "# coding: latin-1\nx = 'è'\n"),
}


def form(text: str) -> str:
    text = decode(text.encode("latin-1" if "latin-1" in text else "utf-8"))
    return normal_form(text, parse(text))


@pytest.mark.parametrize("name", SAME)
def test_what_decides_nothing_is_forgiven(name: str) -> None:
    one, other = map(form, SAME[name])
    assert one == other


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_is_executed_counts(name: str) -> None:
    one, other = map(form, DIFFERENT[name])
    assert one != other


@pytest.mark.parametrize("name", [*SAME, *DIFFERENT])
def test_the_normal_form_is_its_own(name: str) -> None:
    for text in (SAME | DIFFERENT)[name]:
        assert form(form(text)) == form(text)


STRINGS_AND_DOCSTRING = (
    "x = '''one \n\ntwo''' \n\ndef f():  # why\n '''Doc \n string.''' \n"
    " return '''a \n\n   b''' \ny = 1 \n"
)


def test_only_what_stands_in_strings_keeps_its_spaces_and_lines() -> None:
    assert form(STRINGS_AND_DOCSTRING) == (
        "x = '''one \n\ntwo'''\ndef f():\n return '''a \n\n   b'''\ny = 1"
    )


def test_what_only_the_tokenizer_refuses_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise tokenize.TokenError("EOF in multi-line statement", (2, 0))

    monkeypatch.setattr(tokenize, "generate_tokens", refuse)
    text = "x = 1  # one\n"
    assert normal_form(text, parse(text)) == text


def test_a_text_that_the_parser_warns_of_is_read_in_silence() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert form("x = '\\d'\n") == "x = '\\d'"


@pytest.mark.parametrize("kind", ["f", "t"])
def test_an_f_string_of_several_tokens_is_one_string(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """As Python 3.12 gives it, and 3.14 a t-string; a comment in it is a part of it."""
    start, end = 1001, 1002
    tokens = [
        (start, (1, 4), (1, 8)), (start, (1, 9), (1, 11)), (end, (1, 12), (1, 13)),
        (tokenize.COMMENT, (1, 15), (1, 19)), (end, (3, 0), (3, 3)),
        (tokenize.COMMENT, (3, 4), (3, 9)),
    ]  # fmt: skip
    given = [SimpleNamespace(type=number, start=at, end=to) for number, at, to in tokens]
    monkeypatch.setattr(tokenize, "generate_tokens", lambda _: iter(given))
    monkeypatch.setattr(tokenize, f"{kind.upper()}STRING_START", start, raising=False)
    monkeypatch.setattr(tokenize, f"{kind.upper()}STRING_END", end, raising=False)
    text = f"x = {kind}'''{{{kind}'a'  # no\n}}\n''' # yes\n"
    assert normal_form(text, ast.parse("")) == text.removesuffix(" # yes\n")
    assert module._scan(text) == ([((3, 4), (3, 9))], [((1, 9), (1, 13)), ((1, 4), (3, 3))])


def test_an_encoding_and_a_mark_of_byte_order_do_not_count() -> None:
    text = "x = 'é'\n"
    latin = f"# coding: latin-1\n{text}".encode("latin-1")
    forms = {
        normal_form(decoded, parse(decoded))
        for decoded in (decode(latin), decode(text.encode()), decode(text.encode("utf-8-sig")))
    }
    assert forms == {"x = 'é'"}


def executed(tree: ast.Module) -> str:
    """The tree without its lone strings, which Python does not execute."""
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            body = getattr(node, field, None)
            if isinstance(body, list) and body:
                kept = [item for item in body if not module._is_lone_string(item)]
                setattr(node, field, kept or ([] if isinstance(node, ast.Module) else [ast.Pass()]))
    return ast.dump(tree)


@pytest.mark.parametrize(
    "name", ["argparse.py", "enum.py", "typing.py", "inspect.py", "_pydecimal.py"]
)
@pytest.mark.thorough
def test_real_modules_keep_their_program(name: str) -> None:
    text = decode((Path(ast.__file__).parent / name).read_bytes())
    text = text.replace("__doc__", "_doc_")
    shorter = normal_form(text, parse(text))
    assert executed(parse(shorter)) == executed(parse(text))
    assert len(shorter) < len(text)


PROGRAM = """
import hashlib, json, sys
sys.path.insert(0, sys.argv[1])
from normal_form import decode, normal_form, parse
digests = []
for text in json.load(sys.stdin):
    text = decode(text.encode("latin-1" if "latin-1" in text else "utf-8"))
    digests.append(hashlib.sha256(normal_form(text, parse(text)).encode()).hexdigest())
print(json.dumps(digests))
"""


@pytest.mark.thorough
@pytest.mark.parametrize("python", pythons.other_pythons())
def test_every_python_gives_the_same(python: str) -> None:
    texts = [text for pair in (SAME | DIFFERENT).values() for text in pair]
    library = Path(ast.__file__).parent
    texts += [(library / name).read_text() for name in ("argparse.py", "enum.py", "dataclasses.py")]
    texts += [path.read_text() for path in Path(module.__file__).parents[1].glob("*s/*.py")]

    def digests(interpreter: str) -> list[str]:
        done = subprocess.run(
            [interpreter, "-c", PROGRAM, str(Path(module.__file__).parent)],
            input=json.dumps(texts), check=True, capture_output=True, text=True,
        )  # fmt: skip
        return list(json.loads(done.stdout))

    assert digests(python) == digests(sys.executable)
