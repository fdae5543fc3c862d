"""How a file would import what another file of the project defines, as the project's own imports do."""

from __future__ import annotations

from async_db_lint.index.scopes import Import, Module
from async_db_lint.project.names import Found
from async_db_lint.project.view import View


def spelling_for(view: View, user: Module, source: Module) -> str | None:
    """The module name, with dots before it where it is relative, under which a file imports another; None: unknown.

    As the file itself does; else as a file in the same folder; else as any file does by an absolute name.
    """
    here = user.path.rpartition("/")[0]
    others = [
        module for module in view.modules.values() if module is not user and module.path.rpartition("/")[0] == here
    ]
    for module in (user, *others):
        for item in module.imports:
            if leads_to(view, module, item, source):
                return "." * item.level + item.module
    for module in view.modules.values():
        for item in module.imports:
            if item.level == 0 and leads_to(view, module, item, source):
                return item.module
    return None


def leads_to(view: View, user: Module, item: Import, source: Module) -> bool:
    """Whether an import names a module of the project in `from module import name`."""
    if item.name is None:
        return False
    return view.names.resolve(user, Import(item.module, None, item.level)) is source


def local_name(view: View, user: Module, name: str, source: Module) -> str | None:
    """The name that a file has at its top for what another file binds to a name; None when it has none."""
    if user is source:
        return name
    for own, bindings in user.bindings.items():
        is_import = is_bound_once(user, own) and isinstance(bindings[0].value, Import)
        found = view.names.member(user, own) if is_import else None
        if isinstance(found, Found) and found.module is source and found.bindings[0].name == name:
            return own
    return None


def is_bound_once(module: Module, name: str) -> bool:
    """Whether a module binds a name once, whenever it is imported: under no condition, in no `try`."""
    bindings = module.bindings.get(name, [])
    return len(bindings) == 1 and bindings[0].block is module.body


def reaches(view: View, start: Module, end: Module) -> bool:
    """Whether a module imports another, directly or through others."""
    queue = [start]
    for module in queue:
        queue += [other for other in view.imported(module) if other not in queue]
    return end in queue
