"""Turn a plain DEAP program into a study: the parts to take over, and the parts to leave.

The program is read and never run. Its definitions, constants, calls of `creator.create` and
registrations on the toolbox become a module with `build()`; numbers among the registered keywords
become parameters of `build`. The program's call of an algorithm becomes the config's algorithm.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from evosweep.errors import InputError

STOCK = {
    "eaSimple": ("population", "toolbox", "cxpb", "mutpb", "ngen"),
    "eaMuPlusLambda": ("population", "toolbox", "mu", "lambda_", "cxpb", "mutpb", "ngen"),
    "eaMuCommaLambda": ("population", "toolbox", "mu", "lambda_", "cxpb", "mutpb", "ngen"),
    "eaGenerateUpdate": ("toolbox", "ngen"),
}
"""DEAP's algorithms with their positional parameters."""
_BUILDS = ("register", "decorate", "unregister")
_PARALLEL = ("map", "starmap", "imap")

Number = int | float


@dataclass
class Script:
    """The parts of a program for a study."""

    module: str = ""
    """The text of a Python module with `build()`."""
    params: dict[str, Number] = field(default_factory=dict)
    """Parameters of `build` with their values."""
    algorithm: str = ""
    """The algorithm for `use:`; empty if the program calls none of DEAP's algorithms."""
    algorithm_params: dict[str, Number] = field(default_factory=dict)
    objectives: int = 1
    left: list[str] = field(default_factory=list)
    """One line for each part that is left out."""


def read_script(text: str, name: str) -> Script:
    """Read a program and sort its parts.

    Raises
    ------
    InputError
        If the text is no Python, or there is no toolbox in it.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        raise InputError(f"{name}: is no Python that this version reads: {error}") from None
    toolbox = _toolbox_name(tree)
    if not toolbox:
        raise InputError(
            f"{name}: no `base.Toolbox()` in it; write a function that returns a toolbox, as "
            "config/my_problem.py of `evosweep init` does"
        )
    script = Script()
    parts = _Parts(toolbox, script)
    parts.sort(tree.body)
    constants = _constants(tree)
    _find_algorithm(tree, script, constants)
    script.module = parts.module(name)
    script.objectives = _objectives(tree)
    return script


def _toolbox_name(tree: ast.Module) -> str:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and _called(node.value).endswith("Toolbox"):
            target = node.targets[0]
            return target.id if isinstance(target, ast.Name) else ""
    return ""


def _called(node: ast.AST) -> str:
    """Return the dotted name of the function that an expression calls; empty if it is no call."""
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""


class _Parts:
    """The statements of a program: those of the module, and those that build the toolbox."""

    def __init__(self, toolbox: str, script: Script) -> None:
        self.toolbox, self.script = toolbox, script
        self.kept: list[ast.stmt] = []
        self.building: list[ast.stmt] = []
        self._gone: set[str] = set()

    def sort(self, body: list[ast.stmt]) -> None:
        """Put each statement of a module, or of a function that builds a toolbox, into its part."""
        for statement in body:
            if isinstance(statement, ast.FunctionDef) and self._builds(statement):
                self.sort(statement.body)
            elif isinstance(statement, ast.FunctionDef) and self._runs(statement):
                self._leave(statement, f"the function {statement.name}(), which runs the program")
                self._gone.add(statement.name)
            elif self._is_main_guard(statement):
                self._leave(statement, "what is under `if __name__ == '__main__'`")
            else:
                self._sort(statement)

    def _sort(self, statement: ast.stmt) -> None:
        call = _called(statement.value) if isinstance(statement, ast.Expr) else ""
        if isinstance(statement, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef):
            self.kept.append(statement)
        elif call.startswith(f"{self.toolbox}."):
            self._sort_registration(statement)
        elif isinstance(statement, ast.Assign) and _called(statement.value).endswith("Toolbox"):
            self.building.append(statement)
        elif isinstance(statement, ast.Return) or self._uses_what_is_gone(statement):
            self._leave(statement, "")
        else:  # also a seed: a problem may draw its data while it is imported
            self.kept.append(statement)

    def _sort_registration(self, statement: ast.stmt) -> None:
        call = statement.value if isinstance(statement, ast.Expr) else None
        first = call.args[0] if isinstance(call, ast.Call) and call.args else None
        alias = first.value if isinstance(first, ast.Constant) else ""
        if alias in _PARALLEL:
            self._leave(statement, f"toolbox.{alias}: the backends of the config take its place")
        elif call is not None and _called(call).rpartition(".")[2] in _BUILDS:
            self.building.append(statement)
        else:
            self._leave(statement, "")

    def _builds(self, function: ast.FunctionDef) -> bool:
        return any(
            isinstance(node, ast.Assign) and _called(node.value).endswith("Toolbox")
            for node in ast.walk(function)
        )

    def _runs(self, function: ast.FunctionDef) -> bool:
        calls = {_called(node) for node in ast.walk(function)}
        return any(call.startswith(("algorithms.", f"{self.toolbox}.population")) or
                   call.rpartition(".")[2] in STOCK for call in calls)  # fmt: skip

    def _is_main_guard(self, statement: ast.stmt) -> bool:
        return isinstance(statement, ast.If) and "__name__" in ast.unparse(statement.test)

    def _uses_what_is_gone(self, statement: ast.stmt) -> bool:
        """Return True if a statement needs the toolbox, or a name that was left out."""
        names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
        text = ast.unparse(statement)
        tools = ("tools.Statistics", "tools.HallOfFame", "tools.ParetoFront", "tools.Logbook",
                 "tools.MultiStatistics", "algorithms.", "multiprocessing", "print(")  # fmt: skip
        return bool(names & {self.toolbox, *self._gone}) or any(word in text for word in tools)

    def _leave(self, statement: ast.stmt, what: str) -> None:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self._gone.add(node.id)
        shown = what or f"`{ast.unparse(statement).splitlines()[0][:60]}`"
        self.script.left.append(f"line {statement.lineno}: {shown}")

    def module(self, name: str) -> str:
        """Return the text of the module."""
        lifted = [self._lift(statement) for statement in self.building]
        params = ", ".join(f"{key}={value!r}" for key, value in self.script.params.items())
        body = [f"    {line}" for text in lifted for line in text.splitlines()]
        return "\n".join(
            [
                f'"""The problem of {name}, as `evosweep init` took it over."""',
                "",
                *(f"{ast.unparse(statement)}\n" for statement in self.kept),
                "",
                f"def build({params}):",
                f'    """A new toolbox, as {name} registers it."""',
                f"    global {self.toolbox}  # functions above may use it",
                *body,
                f"    return {self.toolbox}",
                "",
            ]
        )

    def _lift(self, statement: ast.stmt) -> str:
        """Return the statement with numbers in its keywords replaced by parameters of `build`."""
        call = statement.value if isinstance(statement, ast.Expr) else None
        if not isinstance(call, ast.Call) or not call.args:
            return ast.unparse(statement)
        first = call.args[0]
        alias = str(first.value) if isinstance(first, ast.Constant) else ""
        for keyword in call.keywords:
            number = _number(keyword.value)
            if keyword.arg and number is not None and keyword.arg not in ("n", "low", "up"):
                known = self.script.params.get(keyword.arg, number)
                same = known == number and type(known) is type(number)
                key = keyword.arg if same else f"{alias}_{keyword.arg}"
                self.script.params[key] = number
                keyword.value = ast.Name(key, ast.Load())
        return ast.unparse(statement)


def _number(node: ast.expr) -> Number | None:
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _constants(tree: ast.Module) -> dict[str, Number]:
    """Return the names to which the program assigns a number, with this number."""
    found: dict[str, Number] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            found |= _assigned(node.targets[0], node.value)
    return found


def _assigned(target: ast.expr, value: ast.expr) -> Mapping[str, Number]:
    if isinstance(target, ast.Name) and (number := _number(value)) is not None:
        return {target.id: number}
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = zip(target.elts, value.elts, strict=False)
        return {key: n for one, two in pairs for key, n in _assigned(one, two).items()}
    return {}


def _find_algorithm(tree: ast.Module, script: Script, constants: Mapping[str, Number]) -> None:
    sizes = list(_sizes(tree, constants))
    for node in ast.walk(tree):
        name = _called(node).rpartition(".")[2]
        if isinstance(node, ast.Call) and name in STOCK:
            script.algorithm = f"deap.algorithms:{name}"
            given = dict(zip(STOCK[name], node.args, strict=False))
            given |= {each.arg: each.value for each in node.keywords if each.arg}
            for key in STOCK[name]:
                number = _resolved(given.get(key), constants)
                if key not in ("population", "toolbox") and number is not None:
                    script.algorithm_params[key] = number
                elif key not in ("population", "toolbox"):
                    script.left.append(f"line {node.lineno}: {key} of {name} is no plain number")
            if "population" in STOCK[name]:
                script.algorithm_params["population"] = sizes[0] if sizes else 100
            return
    script.left.append(
        "the loop over generations: it calls none of DEAP's algorithms; the config has one of "
        "evosweep's instead (config/README.md says how to write your own)"
    )
    if sizes:
        script.algorithm_params["population"] = sizes[0]


def _sizes(tree: ast.Module, constants: Mapping[str, Number]) -> Iterator[Number]:
    """Yield the sizes of populations that the program makes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node).endswith(".population"):
            given = [*node.args, *(each.value for each in node.keywords if each.arg == "n")]
            number = _resolved(given[0], constants) if given else None
            if number is not None:
                yield number


def _resolved(node: ast.expr | None, constants: Mapping[str, Number]) -> Number | None:
    if isinstance(node, ast.Name):
        return constants.get(node.id)
    return None if node is None else _number(node)


def _objectives(tree: ast.Module) -> int:
    """Return the number of weights of the program's fitness."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node).endswith("create"):
            for keyword in node.keywords:
                if keyword.arg == "weights" and isinstance(keyword.value, ast.Tuple):
                    return len(keyword.value.elts)
    return 1
