#!/usr/bin/env python3
"""Makes src/python/library/typeshed.json.gz: what the modules of Python's standard library hold, from typeshed's stubs.

    .venv/bin/python scripts/library-table.py [<wheel of mypy>]

The stubs come inside one pinned wheel of mypy, which is downloaded when none is given. The same wheel gives the same
bytes. Branches are those of the newest Python that the stubs know; what only some systems have is all taken.

The table is JSON, in the order of the stubs:
- `modules`: module -> name -> what it is: `(a,b=...,*rest)` a function, several forms with `|` between them;
  `=os.PathLike` a class; `@os.path` a module; `` something else. `*` as a name: any name may be there.
- `classes`: class -> `bases`, `?` for those that the stubs do not tell, `meta` its metaclass, and `members`: as above,
  `s(a)` for static methods and `k(cls,a)` for class methods. Classes that no module shows are there as bases.
Names with a leading underscore are left out, but for `__init__`, `__new__` and `__call__`.
"""

import ast
import gzip
import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

SOURCE = "mypy 2.4.1"
WHEEL = "mypy-2.4.1-py3-none-any.whl"
SHA256 = "1784648d6ec8c2b5465e3f26241b845a0b3cb4e56c993c64abe16989e7698999"
LICENCE = "Apache-2.0 AND MIT"
FOLDER = "mypy/typeshed/stdlib/"
TABLE = Path(__file__).parent.parent / "src" / "python" / "library" / "typeshed.json.gz"

NEWEST = (3, 99)
KEPT = {"__init__", "__new__", "__call__"}
# Decorators that leave a signature as it is.
HARMLESS = {"overload", "abstractmethod", "final", "deprecated", "contextmanager", "asynccontextmanager", "override",
            "coroutine", "type_check_only", "disjoint_base", "runtime_checkable", "dataclass_transform", "lru_cache"}
# Bases without members of their own.
BARE = {"object", "Generic", "Protocol"}
RECEIVERS = {"self", "cls", "metacls", "mcs", "typ"}


def main() -> None:
    stubs = read_stubs(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    table = Builder(stubs).table()
    text = json.dumps({"source": f"typeshed, from {SOURCE}", "licence": LICENCE, **table}, separators=(",", ":"))
    TABLE.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{len(table['modules'])} modules, {len(table['classes'])} classes, {TABLE.stat().st_size} bytes")


def read_stubs(wheel: Path | None) -> dict[str, tuple[ast.Module, bool]]:
    """Module -> its stub, and whether it is a package."""
    with tempfile.TemporaryDirectory() as folder:
        if wheel is None:
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
            platform = ["--only-binary=:all:", "--platform", "any", "--python-version", "3.13", "--dest", folder]
            subprocess.run([*pip, *platform, SOURCE.replace(" ", "==")], check=True)
            wheel = Path(folder) / WHEEL
        found = hashlib.sha256(wheel.read_bytes()).hexdigest()
        if found != SHA256:
            sys.exit(f"{wheel}: expected SHA-256 {SHA256}, got {found}; give {WHEEL} of PyPI")
        stubs = {}
        with zipfile.ZipFile(wheel) as archive:
            for name in sorted(archive.namelist()):
                if not name.startswith(FOLDER) or not name.endswith(".pyi"):
                    continue
                path = PurePosixPath(name.removeprefix(FOLDER)).with_suffix("")
                package = path.name == "__init__"
                parts = path.parts[:-1] if package else path.parts
                stubs[".".join(parts)] = (ast.parse(archive.read(name)), package)
        return stubs


def truth(test: ast.expr) -> bool | None:
    """Whether a branch is taken; None where that depends on the system."""
    if isinstance(test, ast.BoolOp):
        values = [truth(value) for value in test.values]
        decides = isinstance(test.op, ast.Or)
        if decides in values:
            return decides
        return None if None in values else not decides
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        value = truth(test.operand)
        return None if value is None else not value
    if isinstance(test, ast.Compare) and ast.unparse(test.left) == "sys.version_info":
        return isinstance(test.ops[0], (ast.GtE, ast.Gt))
    return None


def statements(body: list[ast.stmt]):
    """The statements of a body, those of the branches taken among them."""
    for one in body:
        if not isinstance(one, ast.If):
            yield one
            continue
        value = truth(one.test)
        if value is not False:
            yield from statements(one.body)
        if value is not True:
            yield from statements(one.orelse)


def parameters(arguments: ast.arguments) -> str:
    """A parameter list as `FunctionFacts.signature` has it, without types."""
    positional = [*arguments.posonlyargs, *arguments.args]
    required = len(positional) - len(arguments.defaults)
    only = len(arguments.posonlyargs)
    if only == 0:
        # `__x` was the way to say that a parameter has no name for callers.
        start = 1 if positional and positional[0].arg in RECEIVERS else 0
        only = start
        while only < len(positional) and is_mangled(positional[only].arg):
            only += 1
        only = only if only > start else 0
    parts = []
    for i, one in enumerate(positional):
        parts.append(one.arg if i < required else f"{one.arg}=...")
        if i + 1 == only:
            parts.append("/")
    if arguments.vararg:
        parts.append(f"*{arguments.vararg.arg}")
    elif arguments.kwonlyargs:
        parts.append("*")
    for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults):
        parts.append(one.arg if default is None else f"{one.arg}=...")
    if arguments.kwarg:
        parts.append(f"**{arguments.kwarg.arg}")
    return f"({','.join(parts)})"


def is_mangled(name: str) -> bool:
    return name.startswith("__") and not name.endswith("__")


def decorators(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> list[str]:
    """Last parts of the decorators' names."""
    called = [one.func if isinstance(one, ast.Call) else one for one in node.decorator_list]
    return [ast.unparse(one).split(".")[-1] for one in called]


def function_of(node: ast.FunctionDef | ast.AsyncFunctionDef, in_class: bool) -> str:
    """What the table says of a `def`; '' for properties and what a decorator changes."""
    names = decorators(node)
    kind = ""
    if in_class:
        if "staticmethod" in names:
            kind = "s"
        elif "classmethod" in names:
            kind = "k"
    rest = [name for name in names if name not in HARMLESS and name not in ("staticmethod", "classmethod")]
    return "" if rest else kind + parameters(node.args)


class Builder:
    """Finds what the names of all stubs stand for."""

    def __init__(self, stubs: dict[str, tuple[ast.Module, bool]]) -> None:
        self.stubs = stubs
        self.classes: dict[str, dict] = {}
        # Module or class -> name -> a word of the table, or a pair (module, name or None) that is looked up when asked.
        self.spaces: dict[str, dict] = {}
        self.exported: dict[str, set[str]] = {}
        self.looking: set[tuple[str, str]] = set()
        for module in stubs:
            self.space(module)
        for qualified in self.classes:
            self.finish(qualified)

    def table(self) -> dict:
        modules = {}
        for module in self.stubs:
            if any(part.startswith("_") for part in module.split(".")):
                continue
            members = {}
            for name in self.spaces[module]:
                if self.is_public(module, name):
                    found = self.lookup(module, name)
                    if found is not None:
                        members[name] = found
            for child in self.stubs:
                parent, _, name = child.rpartition(".")
                if parent == module and not name.startswith("_"):
                    members.setdefault(name, f"@{child}")
            modules[module] = members
        return {"modules": modules, "classes": self.shown_classes(modules)}

    def shown_classes(self, modules: dict) -> dict:
        """The classes that modules show, with their bases and inner classes, in order."""
        shown: dict[str, dict] = {}
        waiting = [word[1:] for members in modules.values() for word in members.values() if word.startswith("=")]
        while waiting:
            name = waiting.pop(0)
            if name in shown or name not in self.classes:
                continue
            shown[name] = self.classes[name]
            waiting += [base for base in [*shown[name]["bases"], shown[name].get("meta", "")] if base in self.classes]
            waiting += [word[1:] for word in shown[name]["members"].values() if word.startswith("=")]
        return {name: shown[name] for name in self.classes if name in shown}

    def is_public(self, module: str, name: str) -> bool:
        return name == "*" or (not name.startswith("_") and name in self.exported[module])

    def space(self, module: str) -> dict:
        """The names of a module, of imported ones where they come from."""
        if module in self.spaces:
            return self.spaces[module]
        names: dict = {}
        self.spaces[module] = names
        exported = self.exported[module] = set()
        body, package = self.stubs[module]
        for node in statements(body.body):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    target = alias.name if alias.asname else alias.name.split(".")[0]
                    names.setdefault(alias.asname or target, (target, None))
                    if alias.asname == alias.name:
                        exported.add(alias.name)
            elif isinstance(node, ast.ImportFrom):
                self.add_imports(module, package, node)
            else:
                self.add_statement(module, names, node, exported)
        return names

    def add_imports(self, module: str, package: bool, node: ast.ImportFrom) -> None:
        names, exported = self.spaces[module], self.exported[module]
        around = module.split(".") if package else module.split(".")[:-1]
        if node.level > 1:
            around = around[: 1 - node.level]
        source = ".".join([*around, node.module] if node.module else around) if node.level else node.module
        for alias in node.names:
            if alias.name == "*":
                for name in self.space(source) if source in self.stubs else ():
                    if self.is_public(source, name):
                        names.setdefault(name, (source, name))
                        exported.add(name)
                continue
            # A package's own submodule; the name may be bound to it only by this.
            child = f"{source}.{alias.name}"
            found = (child, None) if source == module and child in self.stubs else (source, alias.name)
            names.setdefault(alias.asname or alias.name, found)
            if alias.asname == alias.name:
                exported.add(alias.name)

    def add_statement(self, owner: str, names: dict, node: ast.stmt, exported: set[str]) -> None:
        """Adds what a statement of a module or class body binds."""
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self.add_function(owner, names, node, exported)
        elif isinstance(node, ast.ClassDef):
            qualified = f"{owner}.{node.name}"
            if "type_check_only" not in decorators(node):
                exported.add(node.name)
            names.setdefault(node.name, f"={qualified}")
            self.add_class(owner, names, node, qualified)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            exported.add(node.target.id)
            names.setdefault(node.target.id, (owner, node.value) if is_path(node.value) else "")
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    exported.add(target.id)
                    names.setdefault(target.id, (owner, node.value) if is_path(node.value) else "")
        if isinstance(node, (ast.Assign, ast.AugAssign)) and ast.unparse(node).startswith("__all__"):
            for one in ast.walk(node.value):
                if isinstance(one, ast.Constant) and isinstance(one.value, str):
                    exported.add(one.value)

    def add_function(self, owner: str, names: dict, node: ast.FunctionDef | ast.AsyncFunctionDef, exported: set) -> None:
        name = node.name
        if name == "__getattr__":
            names["*"] = ""
            return
        word = function_of(node, in_class=owner in self.classes)
        known = names.get(name)
        exported.add(name)
        if isinstance(known, str) and known.lstrip("sk").startswith("(") and word:
            if word not in known.split("|"):
                names[name] = f"{known}|{word}"
        else:
            names[name] = word if known is None else ""

    def add_class(self, owner: str, around: dict, node: ast.ClassDef, qualified: str) -> None:
        if qualified in self.classes:
            return
        names: dict = {}
        record = self.classes[qualified] = {"bases": node.bases, "members": names, "owner": owner}
        for keyword in node.keywords:
            if keyword.arg == "metaclass":
                record["meta"] = keyword.value
        for one in statements(node.body):
            self.add_statement(qualified, names, one, set())

    def finish(self, qualified: str) -> None:
        """Replaces a class's expressions by what they stand for, once all modules are known."""
        record = self.classes[qualified]
        owner = record.pop("owner")
        bases = [base for base in record["bases"] if ast.unparse(base).split("[")[0].split(".")[-1] not in BARE]
        record["bases"] = [class_of(self.expression(owner, base)) for base in bases]
        if "meta" in record:
            record["meta"] = class_of(self.expression(owner, record["meta"]))
        kept = [name for name in record["members"] if name in KEPT or not name.startswith("_")]
        record["members"] = {name: self.member(qualified, name) or "" for name in kept}

    def member(self, qualified: str, name: str) -> str | None:
        word = self.classes[qualified]["members"][name]
        if isinstance(word, str):
            return word
        owner, value = word
        # A class's names stand for those beside them first.
        if isinstance(value, ast.Name) and value.id != name and value.id in self.classes[owner]["members"]:
            return self.member(qualified, value.id)
        return self.expression(owner.rsplit(".", 1)[0], value)

    def lookup(self, module: str, name: str) -> str | None:
        """What a module's name is, private and imported ones among them; None when there is none."""
        if module not in self.stubs:
            return None
        word = self.spaces[module].get(name)
        if isinstance(word, str):
            return word
        if word is None:
            child = f"{module}.{name}"
            return f"@{child}" if child in self.stubs else None
        if (module, name) in self.looking:
            return None
        self.looking.add((module, name))
        try:
            target, inner = word
            if inner is None:
                return f"@{target}" if target in self.stubs else None
            if isinstance(inner, str):
                return self.lookup(target, inner)
            return self.expression(target, inner) or ""
        finally:
            self.looking.remove((module, name))

    def expression(self, owner: str, node: ast.expr) -> str | None:
        """What `a.b`, or `a.b[...]`, means in a module or class."""
        if isinstance(node, ast.Subscript):
            return self.expression(owner, node.value)
        if isinstance(node, ast.Attribute):
            word = self.expression(owner, node.value)
            if word and word.startswith("@"):
                return self.lookup(word[1:], node.attr)
            if word and word.startswith("=") and word[1:] in self.classes:
                inner = self.classes[word[1:]]["members"].get(node.attr)
                return inner if isinstance(inner, str) else None
            return None
        if not isinstance(node, ast.Name):
            return None
        if owner in self.classes:
            inner = self.classes[owner]["members"].get(node.id)
            return inner if isinstance(inner, str) else self.expression(owner.rsplit(".", 1)[0], node)
        found = self.lookup(owner, node.id)
        return self.lookup("builtins", node.id) if found is None and owner != "builtins" else found


def class_of(word: str | None) -> str:
    """Name of the class that a word of the table says; `?` for other words."""
    return word[1:] if word and word.startswith("=") else "?"


def is_path(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Name) or (isinstance(node, ast.Attribute) and is_path(node.value))


if __name__ == "__main__":
    main()
