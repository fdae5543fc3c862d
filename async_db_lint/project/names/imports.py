"""How one file imports what another file of the project defines."""

from __future__ import annotations

from typing import NamedTuple

from async_db_lint.index.scopes import Import, Module
from async_db_lint.project.names.names import Found, Names


class Needed(NamedTuple):
    """A name that a file must import: `from module import name`."""

    path: str
    module: str
    name: str


def spelling_for(names: Names, user: Module, source: Module) -> str | None:
    """The module name by which a file would import another, with leading dots if it is relative.

    Written as the file itself already does, else as a file in the same folder does, else as any file does with an
    absolute name. None when no file imports it.
    """
    here = user.path.rpartition("/")[0]
    others = [
        module for module in names.modules.values() if module is not user and module.path.rpartition("/")[0] == here
    ]
    for module in (user, *others):
        for item in module.imports:
            if leads_to(names, module, item, source):
                return "." * item.level + item.module
    for module in names.modules.values():
        for item in module.imports:
            if item.level == 0 and leads_to(names, module, item, source):
                return item.module
    return None


def leads_to(names: Names, user: Module, item: Import, source: Module) -> bool:
    """Whether `from module import name` in a file names another module of the project as its `module`."""
    if item.name is None:
        return False
    return names.resolve(user, Import(item.module, None, item.level)) is source


def local_name(names: Names, user: Module, name: str, source: Module) -> str | None:
    """The name at the top of a file for what another file binds to `name`; None when it has none."""
    if user is source:
        return name
    for own, bindings in user.bindings.items():
        is_import = is_bound_once(user, own) and isinstance(bindings[0].value, Import)
        found = names.member(user, own) if is_import else None
        if isinstance(found, Found) and found.module is source and found.bindings[0].name == name:
            return own
    return None


def is_bound_once(module: Module, name: str) -> bool:
    """Whether a module binds a name exactly once, and always: outside of any `if` or `try`."""
    bindings = module.bindings.get(name, [])
    return len(bindings) == 1 and bindings[0].block is module.body


def reaches(names: Names, start: Module, end: Module) -> bool:
    """Whether a module imports another, directly or through others."""
    queue = [start]
    seen = {start}
    for module in queue:
        new = [other for other in names.imported(module) if other not in seen]
        seen.update(new)
        queue += new
    return end in seen
