"""Sort the statements of a plain DEAP program: for the module, and for building the toolbox."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from evosweep.workflow.deap_text import Text

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
    """The algorithm for `use:`."""
    loop: str = ""
    """The text of a module with a place for the program's own loop; empty if none is needed."""
    algorithm_params: dict[str, Number] = field(default_factory=dict)
    objectives: int = 1
    left: list[str] = field(default_factory=list)
    """One line for each part that is left out."""


def called(node: ast.AST) -> str:
    """Return the dotted name of the function that an expression calls; empty if it is no call."""
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""


class Parts:
    """The statements of a program: those of the module, and those that build the toolbox."""

    def __init__(self, toolbox: str, script: Script, text: Text) -> None:
        self.toolbox, self.script, self.text = toolbox, script, text
        self.kept: list[ast.stmt] = []
        self.building: list[ast.stmt] = []
        self.registered: set[str] = set()
        self.runs: list[ast.stmt] = []
        """The statements that run the program."""
        self._gone: set[str] = set()

    def sort(self, body: list[ast.stmt]) -> None:
        """Put each statement of a module, or of a function that builds a toolbox, into its part."""
        for statement in body:
            if isinstance(statement, ast.FunctionDef) and self._builds(statement):
                self.sort(statement.body)
            elif isinstance(statement, ast.FunctionDef) and self._runs(statement):
                self._take_registrations(statement.body)
                self._leave(statement, f"the function {statement.name}(), which runs the program")
                self._gone.add(statement.name)
                self.runs.append(statement)
            elif isinstance(statement, ast.If) and self._is_main_guard(statement):
                self._take_registrations(statement.body)
                self._leave(statement, "what is under `if __name__ == '__main__'`")
                self.runs.append(statement)
            else:
                self._sort(statement)

    def _sort(self, statement: ast.stmt) -> None:
        call = called(statement.value) if isinstance(statement, ast.Expr) else ""
        if isinstance(statement, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef):
            self.kept.append(statement)
        elif call.startswith(f"{self.toolbox}."):
            self._sort_registration(statement)
        elif isinstance(statement, ast.Assign) and self._is_of_toolbox(statement):
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
        elif call is not None and called(call).rpartition(".")[2] in _BUILDS:
            self.building.append(statement)
            self.registered.add(str(alias))
        else:
            self._leave(statement, "")

    def _is_of_toolbox(self, statement: ast.Assign) -> bool:
        """Return True if an assignment makes the toolbox, or only names its registrations."""
        if called(statement.value).endswith("Toolbox"):
            return True
        nodes = list(ast.walk(statement.value))
        names_it = any(isinstance(node, ast.Name) and node.id == self.toolbox for node in nodes)
        calls_it = any(called(node).startswith(f"{self.toolbox}.") for node in nodes)
        return names_it and not calls_it

    def _take_registrations(self, body: Sequence[ast.stmt]) -> None:
        """Put registrations of the running program into `build`, with the statements they need."""
        needed: set[str] = set()
        taken: list[ast.stmt] = []
        for statement in reversed(body):
            call = called(statement.value) if isinstance(statement, ast.Expr) else ""
            owner, _, method = call.rpartition(".")
            registers = owner == self.toolbox and method in _BUILDS
            if registers or (isinstance(statement, ast.Assign) and needed & _stored(statement)):
                taken.append(statement)
                needed |= _loaded(statement)
        for statement in reversed(taken):
            if isinstance(statement, ast.Expr):
                self._sort_registration(statement)
            else:
                self.building.append(statement)

    def _builds(self, function: ast.FunctionDef) -> bool:
        return any(
            isinstance(node, ast.Assign) and called(node.value).endswith("Toolbox")
            for node in ast.walk(function)
        )

    def _runs(self, function: ast.FunctionDef) -> bool:
        calls = {called(node) for node in ast.walk(function)}
        return any(call.startswith(("algorithms.", f"{self.toolbox}.population")) or
                   call.rpartition(".")[2] in STOCK for call in calls)  # fmt: skip

    def _is_main_guard(self, statement: ast.If) -> bool:
        return "__name__" in ast.unparse(statement.test)

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
        body = [f"    {line}" if line else "" for text in lifted for line in text.splitlines()]
        return "\n".join(
            [
                f'"""The problem of {name}, as `evosweep init` took it over."""',
                "",
                self.text.of_all(self.kept),
                "",
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
            return self.text.of(statement)
        first = call.args[0]
        alias = str(first.value) if isinstance(first, ast.Constant) else ""
        instead: dict[ast.expr, str] = {}
        for keyword in call.keywords:
            number = number_of(keyword.value)
            if keyword.arg and number is not None and keyword.arg not in ("n", "low", "up"):
                known = self.script.params.get(keyword.arg, number)
                same = known == number and type(known) is type(number)
                key = keyword.arg if same else f"{alias}_{keyword.arg}"
                self.script.params[key] = number
                instead[keyword.value] = key
        return self.text.of(statement, instead)


def _stored(node: ast.AST) -> set[str]:
    """Return the names that a statement sets."""
    return {
        n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }


def _loaded(node: ast.AST) -> set[str]:
    """Return the names that a statement uses."""
    return {name.id for name in _names(node) if isinstance(name.ctx, ast.Load)}


def _names(node: ast.AST) -> Iterator[ast.Name]:
    return (each for each in ast.walk(node) if isinstance(each, ast.Name))


def number_of(node: ast.expr) -> Number | None:
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
