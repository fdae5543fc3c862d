"""ADB109."""

from __future__ import annotations

from async_db_lint.rule import *

LIBPQ = frozenset(
    """
    sslmode sslrootcert sslcert sslkey sslcrl connect_timeout application_name options channel_binding gssencmode
    keepalives keepalives_idle keepalives_interval keepalives_count tcp_user_timeout client_encoding
    fallback_application_name prepare_threshold
    """.split()
)
"""What psycopg hands to libpq, or knows itself, and asyncpg's `connect()` does not take (asyncpg 0.32)."""


class LibpqArgument(Rule):
    """An engine on asyncpg is given an argument that only psycopg knows.

    Happens: `connect()` of asyncpg raises `TypeError: connect() got an unexpected keyword argument` for
    `sslmode`, `connect_timeout`, `options` and the like, so that no connection can be made. The engine
    itself is made without complaint.

    Instead: use asyncpg's own names: `ssl`, `timeout`, `server_settings={"application_name": …}`.

        create_async_engine(url, connect_args={"ssl": "require", "timeout": 5})

    What PostgreSQL is to be told goes into `server_settings`:
    `connect_args={"server_settings": {"application_name": "shop"}}`.

    Silent: when the driver may be another one, and when the arguments are not written out.
    """

    code = "ADB109"
    name = "libpq-argument"
    severity = Severity.ERROR
    consequence = Consequence.FAILS

    def suspects(self, project: Project) -> Suspects:
        for engine in project.engines:
            if not engine.is_async or engine.role is Role.TEST or not project.is_on_asyncpg(engine):
                continue
            option = engine.option("connect_args")
            given = None if option.value is None else project.site(engine.call).written(option.value)
            keys = [key for key, _ in given.items] if isinstance(given, Mapping) else []
            wrong = [f"`{key.value}`" for key in keys if isinstance(key, Literal) and key.value in LIBPQ]
            if wrong:
                message = f"asyncpg does not take {', '.join(wrong)}: no connection can be made"
                yield suspect(engine.call, message, at=keyword("connect_args"))
            elif engine.driver is not None and "sslmode=" in engine.driver.prefix.text:
                yield suspect(engine.call, "asyncpg does not take `sslmode` in the URL: no connection can be made")
