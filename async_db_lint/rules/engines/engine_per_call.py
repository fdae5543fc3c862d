"""ADB105."""

from __future__ import annotations

from async_db_lint.rule import *


class EnginePerCall(Rule):
    """Every request makes an engine or pool.

    Happens: each request opens its own connection and pays for the handshake; 20 requests held 20
    connections, until the garbage collector happens to run. Nothing is reused, and PostgreSQL runs out
    of connections under load.

    Instead: one engine for the process, at module level or in the lifespan, and a session per request.

    Silent: for a getter that keeps what it makes (`lru_cache`, a global, an attribute), for a
    manager's constructor, in the lifespan, where no route or dependency is known to lead there, and for
    an engine to a database that the caller names and that the same function disposes.
    """

    code = "ADB105"
    name = "engine-per-call"
    severity = Severity.ERROR
    consequence = Consequence.HOLDS_CONNECTIONS
    guide = "Not closing connections"

    def suspects(self, project: Project) -> Suspects:
        for engine in project.engines:
            if engine.role is not Role.APPLICATION or engine.is_unpooled:
                continue
            chain = engine.per_request
            if chain is None or engine.is_one_off:
                continue
            what = "a pool" if engine.is_pool else "an engine"
            root = enclosing_function((chain[0] if chain else engine.call).block.scope)
            whose = f" of `{root.name}`" if root is not None else ""
            found = suspect(engine.call, f"each call{whose} makes {what} of its own here")
            yield found.with_related(related_calls(chain))
