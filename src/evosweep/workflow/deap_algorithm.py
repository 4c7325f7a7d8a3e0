"""Find the algorithm that a plain DEAP program calls, or choose one to replace its own loop."""

import ast
from collections.abc import Iterator, Mapping

from evosweep.workflow.deap_parts import STOCK, Number, Parts, Script, called, number_of

_VARIES = {"population", "mate", "mutate", "select"}
"""The operators that evosweep's own genetic algorithms need in a toolbox."""
_USUAL = {"cxpb": "crossover", "mutpb": "mutation", "ngen": "generations", "gen": "generations"}
"""Usual names of the numbers of a program's loop, with evosweep's names for them."""


def constants_of(tree: ast.Module) -> dict[str, Number]:
    """Return the names to which the program assigns a number, with this number."""
    found: dict[str, Number] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            found |= _assigned(node.targets[0], node.value)
    return found


def _assigned(target: ast.expr, value: ast.expr) -> Mapping[str, Number]:
    if isinstance(target, ast.Name) and (number := number_of(value)) is not None:
        return {target.id: number}
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = zip(target.elts, value.elts, strict=False)
        return {key: n for one, two in pairs for key, n in _assigned(one, two).items()}
    return {}


def find_algorithm(tree: ast.Module, script: Script, constants: Mapping[str, Number]) -> bool:
    """Take over the call of one of DEAP's algorithms; return False if there is none."""
    sizes = list(_sizes(tree, constants))
    for node in ast.walk(tree):
        name = called(node).rpartition(".")[2]
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
            return True
    return False


def replace_loop(
    tree: ast.Module, script: Script, parts: Parts, *, constants: Mapping[str, Number], name: str
) -> None:
    """Choose an algorithm in place of the program's own loop."""
    script.algorithm_params |= {"population": next(iter(_sizes(tree, constants)), 100)}
    if parts.registered >= _VARIES:
        script.algorithm = "ea_simple" if script.objectives == 1 else "nsga2"
        script.algorithm_params |= _usual_numbers(constants)
        script.left.append(
            f"the loop over generations: it calls none of DEAP's algorithms; {script.algorithm} of "
            "evosweep stands for it (docs/howto/own-algorithm.md says how to write your own)"
        )
        return
    script.algorithm = "my_algorithm:evolve"
    script.loop = _place_for_loop(parts, name)
    lacking = ", ".join(sorted(_VARIES - parts.registered))
    script.left.append(
        f"the loop over generations: no algorithm of evosweep's fits a toolbox without {lacking}; "
        "config/my_algorithm.py evaluates one population, and has a place for the loop"
    )


def _usual_numbers(constants: Mapping[str, Number]) -> dict[str, Number]:
    """Return rates and generations of a loop, found by the names that programs give them."""
    return {
        _USUAL[name.lower()]: number for name, number in constants.items() if name.lower() in _USUAL
    }


def _place_for_loop(parts: Parts, name: str) -> str:
    makes = "toolbox.population(n=population)"
    if "population" not in parts.registered:
        makes = "[toolbox.individual() for _ in range(population)]"
    theirs = parts.text.of_all(parts.runs).splitlines()
    return LOOP.format(
        name=name, makes=makes, program="\n".join(f"# {line}".rstrip() for line in theirs)
    )


LOOP = '''"""A place for the loop of {name}; so far it evaluates one population."""


def evolve(toolbox, *, statistics, hall_of_fame, population=100):
    """Return the last population; `statistics` is compiled once for each generation."""
    individuals = {makes}
    fitnesses = toolbox.map(toolbox.evaluate, individuals)
    for individual, fitness in zip(individuals, fitnesses):
        individual.fitness.values = fitness
    if hall_of_fame is not None:
        hall_of_fame.update(individuals)
    statistics.compile(individuals)
    return individuals


# The program:
#
{program}
'''
"""The module for a program whose loop no algorithm of evosweep can replace."""


def _sizes(tree: ast.Module, constants: Mapping[str, Number]) -> Iterator[Number]:
    """Yield the sizes of populations that the program makes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node).endswith(".population"):
            given = [*node.args, *(each.value for each in node.keywords if each.arg == "n")]
            number = _resolved(given[0], constants) if given else None
            if number is not None:
                yield number


def _resolved(node: ast.expr | None, constants: Mapping[str, Number]) -> Number | None:
    if isinstance(node, ast.Name):
        return constants.get(node.id)
    return None if node is None else number_of(node)


def objectives_of(tree: ast.Module) -> int:
    """Return the number of weights of the program's fitness."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node).endswith("create"):
            for keyword in node.keywords:
                if keyword.arg == "weights" and isinstance(keyword.value, ast.Tuple):
                    return len(keyword.value.elts)
    return 1
