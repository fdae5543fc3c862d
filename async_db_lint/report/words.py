"""The generated part of `docs/writing-rules.md`: every word of the desk, with a line and an example.

The lines come from the docstrings. An example is the docstring's own, or else the shortest line of a rule or fix
that uses the word.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import pairwise
from types import ModuleType

from async_db_lint import rule
from async_db_lint.report.word_examples import RULES, examples

PACKAGE = "async_db_lint."
EXAMPLE = r"Example: `(.+?)`\.?(?= |$)"
# The sections of the page, by the room that defines a word.
SECTIONS = {
    "rule": "Report a mistake",
    "project.project": "Ask the project",
    "project.application": "Ask about calls, and what runs when",
    "project.effects": "Ask what happens to sessions",
    "project.loading": "Ask what is loaded",
    "project.sql": "Ask about SQL that is text",
    "project.engines": "Ask about engines and pools",
    "project.sessions": "Ask about sessions and connections",
    "project.inference": "Ask what a value is",
    "project.names": "Ask about names and places",
    "project.libraries": "Name what libraries define",
    "index": "Read the code",
    "read": "Ask what a file is for",
    "fixes.nodes": "Change nodes in a fix",
}


def word_list() -> str:
    """All sections as Markdown."""
    origins = {**_origins(inspect.getsource(rule)), **_node_functions()}
    lines: list[str] = []
    for room, title in SECTIONS.items():
        lines += ["", f"## {title}", ""]
        for name in sorted(name for name, origin in origins.items() if _is_in(origin, room)):
            lines += _entry(name, importlib.import_module(origins[name]))
    return "\n".join(lines).strip()


def _is_in(module: str, room: str) -> bool:
    return (module + ".").startswith(f"{PACKAGE}{room}.")


def _origins(source: str) -> dict[str, str]:
    """The module that each name of the desk comes from."""
    imports = [node for node in ast.parse(source).body if isinstance(node, ast.ImportFrom)]
    found = {item.name: node.module or "" for node in imports for item in node.names}
    return {name: found[name] for name in rule.__all__}


def _node_functions() -> dict[str, str]:
    """The functions that rules import from `fixes.nodes`, by the modules they come from."""
    found: dict[str, str] = {}
    for path in RULES:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ImportFrom) and node.module and _is_in(node.module, "fixes.nodes"):
                found |= {item.name: node.module for item in node.names}
    return found


def _entry(name: str, module: ModuleType) -> list[str]:
    """A word's bullet, and below it the members of a class."""
    value = getattr(module, name)
    example = examples().get(name, "")
    documentation = inspect.getdoc(value) or ""
    if isinstance(value, ModuleType):
        return [_bullet(name, documentation, "cst.Call")]
    if inspect.isclass(value):
        return [_bullet(name, documentation, example), *_members(value)]
    if inspect.isroutine(inspect.unwrap(value)):
        return [_bullet(name + _signature(value), documentation, example)]
    said = f'The name `"{value}"`.' if isinstance(value, str) else _said_below(name, inspect.getsource(module))
    return [_bullet(name, said, example)]


def _bullet(head: str, documentation: str, example: str) -> str:
    own = re.search(EXAMPLE, documentation)
    shown = own[1] if own else example
    said = re.sub(EXAMPLE, "", _first_line(documentation)).strip()
    marks = "``" if "`" in head else "`"
    return f"- **{marks}{head}{marks}**: {said}" + (f" Example: `{shown}`" if shown else "")


def _first_line(documentation: str) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join(documentation.partition("\n\n")[0].split())


def _members(cls: type) -> Iterator[str]:
    """The public properties, methods, fields and members that a class of the package or its bases define."""
    seen: set[str] = set()
    for base in inspect.getmro(cls):
        if not base.__module__.startswith(PACKAGE):
            continue
        for name, value in vars(base).items():
            said = _member(name, value)
            if said and name not in seen and not name.startswith("_"):
                seen.add(name)
                yield f"  - `{said[0]}`: {_first_line(said[1])}"
    fields = [name for name in _fields(cls) if name not in seen and not name.startswith("_")]
    if fields:
        yield "  - fields: " + ", ".join(f"`{name}`" for name in fields)
    if "__members__" in dir(cls):
        yield "  - members: " + ", ".join(f"`{item}`" for item in vars(cls)["_member_names_"])


def _fields(cls: type) -> list[str]:
    """What a class of the package and its bases declare, or set on themselves."""
    names: list[str] = []
    for base in inspect.getmro(cls):
        if base.__module__.startswith(PACKAGE):
            set_here = re.findall(r"self\.(\w+)(?:: [^=]+)? = ", inspect.getsource(base))
            names += [*inspect.get_annotations(base), *set_here]
    return list(dict.fromkeys(names))


def _member(name: str, value: object) -> tuple[str, str] | None:
    if isinstance(value, classmethod):
        value = value.__func__
    if inspect.isfunction(value) and value.__doc__ and value.__module__.startswith(PACKAGE):
        return name + _signature(value), inspect.getdoc(value) or ""
    if isinstance(value, (property, cached_property)):
        return name, inspect.getdoc(value) or ""
    return None


def _signature(function: Callable[..., object]) -> str:
    """The parameters with their defaults, without types."""
    shown: list[str] = []
    for place, item in enumerate(inspect.signature(function).parameters.values()):
        default = item.default
        text = str(item.replace(annotation=item.empty, default=item.empty))
        if not (place == 0 and item.name in ("self", "cls")):
            shown.append(text if default is item.empty else f"{text}={getattr(default, '__name__', repr(default))}")
    return f"({', '.join(shown)})"


def _said_below(name: str, source: str) -> str:
    """The docstring below a constant."""
    body = ast.parse(source).body
    for statement, below in pairwise(body):
        match statement, below:
            case ast.Assign(targets=[ast.Name(id)]), ast.Expr(ast.Constant(str(text))) if id == name:
                return inspect.cleandoc(text)
    return ""
