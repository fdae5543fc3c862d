"""ADB802."""

from __future__ import annotations

from async_db_lint.rule import *

EXTENSION = "sqlalchemy.ext.asyncio"


class MissingGreenletExtra(Rule):
    """The project asks for SQLAlchemy 2.1 without the extra that its asyncio extension needs.

    Happens: SQLAlchemy 2.0 brought greenlet with it on common platforms; 2.1 does not. Installed anew, importing
    `sqlalchemy.ext.asyncio` raises `ImportError: The SQLAlchemy asyncio module requires that the Python 'greenlet'
    library is installed`. Where another package happens to bring greenlet, it works until that package goes.

    Instead: `sqlalchemy[asyncio]>=2.1` in `pyproject.toml` or `requirements.txt`.

    Silent: where any of the project's files names greenlet, or a package that is known to need it, and where
    SQLAlchemy 2.0 is allowed. It is reported at the first import of the extension.
    """

    code = "ADB802"
    name = "missing-greenlet-extra"
    severity = Severity.ERROR
    consequence = Consequence.FAILS

    def suspects(self, project: Project) -> Suspects:
        found = without_greenlet(project.settings)
        if found is None or not project.versions.of("sqlalchemy").within("2.1"):
            return
        for module in project.modules.values():
            rows = (row for rows in module.bindings.values() for row in rows)
            row = next((row for row in rows if _is_extension(row) and project.is_in_application(row)), None)
            if row is not None:
                message = "SQLAlchemy 2.1 is required without `[asyncio]`: a new environment lacks greenlet"
                place = Related(found.path, Span(found.line, 0, found.line, 0), "required here")
                yield suspect_binding(row, message).with_related([place])
                return


def _is_extension(row: Binding) -> bool:
    """Whether a name is imported from the extension whenever its module is: not in a `try`, nor for types alone."""
    is_from = isinstance(row.value, Import) and row.value.module.startswith(EXTENSION)
    return is_from and row.block.kind is BlockKind.BODY
