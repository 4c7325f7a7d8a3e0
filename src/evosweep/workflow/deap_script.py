"""Turn a plain DEAP program into a study: the parts to take over, and the parts to leave.

The program is read and never run. Its definitions, constants, calls of `creator.create` and
registrations on the toolbox, wherever they are, become a module with `build()`; numbers among the
registered keywords become parameters of `build`. The program's call of an algorithm becomes the
config's algorithm. A loop of the program's own gets a place in a second module.
"""

import ast

from evosweep.errors import InputError
from evosweep.workflow.deap_algorithm import (
    constants_of,
    find_algorithm,
    objectives_of,
    replace_loop,
)
from evosweep.workflow.deap_parts import Parts, Script, called
from evosweep.workflow.deap_text import Text

__all__ = ["Script", "read_script"]


def read_script(text: str, name: str) -> Script:
    """Read a program and sort its parts.

    Raises
    ------
    InputError
        If the text is no Python, or there is no toolbox in it.
    """
    try:
        return _read(text, name)
    except (RecursionError, MemoryError):
        raise InputError(f"{name}: its expressions are nested too deep to be taken over") from None
    except (SyntaxError, ValueError) as error:
        raise InputError(f"{name}: is no Python that this version reads: {error}") from None


def _read(text: str, name: str) -> Script:
    tree = ast.parse(text)
    toolbox = _toolbox_name(tree)
    if not toolbox:
        raise InputError(
            f"{name}: no `base.Toolbox()` in it; write a function that returns a toolbox, as "
            "config/my_problem.py of `evosweep init` does"
        )
    script = Script(objectives=objectives_of(tree))
    parts = Parts(toolbox, script, Text(text))
    parts.sort(tree.body)
    constants = constants_of(tree)
    if not find_algorithm(tree, script, constants):
        replace_loop(tree, script, parts, constants=constants, name=name)
    script.module = parts.module(name)
    return script


def _toolbox_name(tree: ast.Module) -> str:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and called(node.value).endswith("Toolbox"):
            target = node.targets[0]
            return target.id if isinstance(target, ast.Name) else ""
    return ""
