"""Where evosweep reads or writes: every call in its source that opens, parses, makes or removes."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "src" / "evosweep"

_READING_NAMES = {
    *("open", "open_file", "open_descriptor", "read_bytes", "read_text", "open_table"),
    *("read_arrays", "read_columns", "read_rows", "urlopen", "ParquetFile", "ZipFile"),
    *("DictReader", "input"),
}
"""Functions by their own name, and methods: of paths, of archives, of evosweep's own rooms."""
_READING_OF = {
    "os": {"open", "read", "pread", "fdopen"},
    "io": {"open"},
    "json": {"load", "loads"},
    "strict_json": {"loads"},
    "yaml": {"load", "safe_load", "parse", "compose", "scan"},
    "yaml_subset": {"read", "read_value", "parse", "value", "scalar"},
    "parquet": {"ParquetFile", "read_table", "read_metadata", "read_schema"},
    "pq": {"ParquetFile", "read_table", "read_metadata", "read_schema"},
    "sqlite3": {"connect"},
    "mmap": {"mmap"},
    "csv": {"reader", "DictReader"},
    "ast": {"parse", "literal_eval"},
    "numpy": {"load", "fromfile", "frombuffer", "genfromtxt", "loadtxt", "memmap"},
    "np": {"load", "fromfile", "frombuffer", "genfromtxt", "loadtxt", "memmap"},
    "pandas": {"read_csv", "read_json", "read_parquet", "read_pickle", "read_sql"},
    "pd": {"read_csv", "read_json", "read_parquet", "read_pickle", "read_sql"},
    "polars": {"read_csv", "read_parquet", "scan_parquet", "read_json"},
    "zipfile": {"ZipFile"},
    "tarfile": {"open"},
    "shutil": {"unpack_archive"},
    "pickle": {"load", "loads", "Unpickler"},
    "marshal": {"load", "loads"},
    "tomllib": {"load", "loads"},
    "configparser": {"ConfigParser"},
    "struct": {"unpack", "unpack_from", "iter_unpack"},
    "socket": {"create_connection"},
    "stdin": {"read", "readline", "readlines"},
}
"""Functions of a module, by the module's name."""
_READING_METHODS = {"model_validate_json", "unpack_from", "iter_unpack", "readinto", "recv"}
_WRITING_ROOM = {
    *("write_whole", "write_all", "write_json", "write_new", "copy_file", "replacement"),
    *("folder_replacement", "make_mark", "Together"),
    *("remove", "remove_folder", "remove_empty", "forget_drafts", "move", "open_log"),
    *("output_folder", "write_text", "Lock", "queue"),
}
"""Functions that write into results, all of which go through `files.writing`."""
_WRITING_NAMES = {"write_text", "write_bytes"}
_WRITING_OF = {
    "os": {
        *("unlink", "remove", "rename", "replace", "rmdir", "removedirs", "truncate", "chmod"),
        *("mkdir", "makedirs", "mkfifo", "mknod", "symlink", "link"),
    },
    "shutil": {"rmtree", "copy", "copy2", "copyfile", "copytree", "move", "make_archive"},
    "tempfile": {"mkdtemp", "mkstemp", "TemporaryDirectory", "NamedTemporaryFile", "TemporaryFile"},
    "pq": {"write_table", "ParquetWriter"},
    "parquet": {"write_table", "ParquetWriter"},
    "np": {"save", "savez", "savetxt"},
    "numpy": {"save", "savez", "savetxt"},
    "json": {"dump"},
    "yaml": {"dump", "safe_dump"},
}
_WRITING_METHODS = {
    *("unlink", "rmdir", "mkdir", "touch", "symlink_to", "hardlink_to", "rename", "chmod"),
    *("savefig", "to_csv", "to_parquet", "to_json", "tofile", "extractall", "write_html"),
}
_WRITING_MODES = frozenset("wax")


@dataclass(frozen=True, order=True)
class Place:
    """A function of evosweep's: its file below the package, and its qualified name."""

    file: str
    function: str

    def __str__(self) -> str:
        return f"{self.file}:{self.function}"


def reading() -> dict[Place, set[str]]:
    """Return the functions that open or parse something, with the calls by which they do."""
    return _collected()["read"]


def writing() -> dict[Place, set[str]]:
    """Return the functions that make, change or remove files by themselves."""
    return _collected()["write"]


def writing_by_the_room() -> dict[Place, set[str]]:
    """Return the functions that do it by those of `files`, which follow no link."""
    return _collected()["room"]


@cache
def _collected() -> dict[str, dict[Place, set[str]]]:
    """The functions of each kind; all sources are parsed once for the three."""
    found: dict[str, dict[Place, set[str]]] = {"read": {}, "write": {}, "room": {}}
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function, call in _calls(tree, ""):
            place, name = Place(str(path.relative_to(PACKAGE)), function), _named(call)
            for kind in _kinds(name, call) if name else ():
                found[kind].setdefault(place, set()).add(name)
    return found


def _calls(node: ast.AST, function: str) -> Iterator[tuple[str, ast.Call]]:
    """Yield each call with the qualified name of the function that it stands in."""
    for child in ast.iter_child_nodes(node):
        inner = function
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner = f"{function}.{child.name}" if function else child.name
        if isinstance(child, ast.Call):
            yield function or "<module>", child
        yield from _calls(child, inner)


def _named(call: ast.Call) -> str:
    """Return the called name, with the last name before it: `json.loads`, `path.open`."""
    function = call.func
    if isinstance(function, ast.Name):
        return function.id
    if not isinstance(function, ast.Attribute):
        return ""
    owner = function.value
    before = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
    return f"{before}.{function.attr}"


def _kinds(name: str, call: ast.Call) -> set[str]:
    owner, _, last = name.rpartition(".")
    kinds = set()
    if last in _READING_NAMES or last in _READING_OF.get(owner, ()) or last in _READING_METHODS:
        kinds.add("write" if _writes(last, call) else "read")
    if last in _WRITING_NAMES or last in _WRITING_OF.get(owner, ()):
        kinds.add("write")
    if owner and (last in _WRITING_METHODS or _replaces(last, call)):
        kinds.add("write")
    if last == "fdopen":
        kinds.discard("write")  # of a descriptor that another call has opened
    if name in _WRITING_ROOM or (name == "open_descriptor" and "write" in kinds):
        kinds = {"room"}
    return kinds


def _replaces(last: str, call: ast.Call) -> bool:
    """Return True for `path.replace(target)`; a text's method takes two arguments."""
    return last == "replace" and len(call.args) == 1 and not call.keywords


def _writes(last: str, call: ast.Call) -> bool:
    """Return True if a file is opened to be written: by its mode, or by its flags."""
    if last not in ("open", "fdopen", "open_descriptor"):
        return False
    for value in (*call.args, *(word.value for word in call.keywords)):
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return bool(_WRITING_MODES & set(value.value)) and len(value.value) <= 3
    named = {word.arg for word in call.keywords}
    return "inside" in named or "O_WRONLY" in ast.dump(call) or "O_CREAT" in ast.dump(call)
