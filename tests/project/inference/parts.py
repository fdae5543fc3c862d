"""Parts of a small project, found by the names that its text gives them."""

from __future__ import annotations

from textwrap import dedent, indent

from async_db_lint.index.expressions import Call, Expr
from async_db_lint.index.scopes import Binding, Class, Function
from async_db_lint.project.inference.protocol import Hints
from async_db_lint.project.names.places import Place, end_of
from async_db_lint.project.names.values import Value
from async_db_lint.project.project import Project
from async_db_lint.project.surroundings import Surroundings
from tests.projects import DATABASE, described, project, value_of

ENGINE = "INSTANCE sqlalchemy.AsyncEngine"
SESSION = "INSTANCE sqlalchemy.AsyncSession"
FACTORY = f"INSTANCE sqlalchemy.async_sessionmaker of {SESSION}"


def small(*texts: str, **others: str) -> Project:
    """A project whose `app.py` has an engine and a factory, then some texts; `db="…"` is a file `db.py` beside it."""
    return project({"app.py": written(*texts), **{f"{name}.py": text for name, text in others.items()}})


def written(*texts: str) -> str:
    """A file that has an engine and a factory, then some texts, each without its own indentation."""
    return "\n".join(dedent(text) for text in (DATABASE, *texts))


def hinted(hints: Hints, *texts: str) -> Project:
    """A small project whose user has declared some names."""
    found = small(*texts)
    return Project(found.modules, found.roles, found.names, Surroundings(hints=hints))


def block(head: str, body: str) -> str:
    """A compound statement: its first line, and a body that need not be indented."""
    return f"{head}\n{indent(dedent(body).strip(), '    ')}\n"


def of(*texts: str, name: str = "x") -> str | None:
    """What the last binding of a name is, in a word, in a file that has an engine and a factory."""
    return described(value_of(written(*texts), name))


def function(found: Project, name: str) -> Function:
    """The one function of a name."""
    [only] = [item for item in found.functions() if item.name == name]
    return only


def cls(found: Project, name: str) -> Class:
    """The one class of a name."""
    [only] = [item for item in found.table.classes if item.name == name]
    return only


def call(found: Project, name: str) -> Call:
    """The one call with that last name."""
    [only] = found.table.named(name)
    return only


def end(found: Project, path: str = "app.py") -> Place:
    """The place after all statements of a file."""
    return end_of(found.modules[path])


def last(found: Project, name: str = "x", path: str = "app.py") -> Binding:
    """The last binding of a name at the top of a file."""
    return found.modules[path].bindings[name][-1]


def bound(found: Project, name: str = "x", path: str = "app.py") -> Expr:
    """The expression that a name at the top of a file is bound to last."""
    value = last(found, name, path).value
    assert isinstance(value, Expr)
    return value


def bound_call(found: Project, name: str = "x", path: str = "app.py") -> Call:
    """The call that a name at the top of a file is bound to last."""
    expr = bound(found, name, path)
    assert isinstance(expr, Call)
    return expr


def value(found: Project, name: str = "x", path: str = "app.py") -> Value:
    """What a name at the top of a file is, which has to be known."""
    answer = found.inference.value(bound(found, name, path), end(found, path))
    assert answer is not None, f"{name} is not known"
    return answer
