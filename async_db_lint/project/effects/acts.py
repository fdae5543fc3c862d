"""What the methods of sessions and connections do, and which calls wait for somebody outside."""

from __future__ import annotations

from enum import Enum

from async_db_lint.index.expressions import Call, Literal
from async_db_lint.project.names.values import Kind, Value


class Act(Enum):
    """What happens to a session or connection; `OUTSIDE` is a wait that has nothing to do with one, and
    `CALLBACK` runs what the function is given by a parameter.

    Example: `if event.act is Act.OUTSIDE:`.
    """

    OPEN = "opens"
    QUERY = "queries through"
    ADD = "adds to"
    WRITE = "writes through"
    FLUSH = "flushes"
    COMMIT = "commits"
    ROLLBACK = "rolls back"
    CLOSE = "closes"
    ESCAPE = "hands to later work"
    UNKNOWN = "may do anything with"
    OUTSIDE = "waits outside"
    CALLBACK = "calls"


RELEASES = frozenset({Act.COMMIT, Act.ROLLBACK, Act.CLOSE})
"""After these a session holds no connection. Example: `if event.act in RELEASES:`."""
METHODS: dict[str, Act] = {
    **dict.fromkeys("execute scalar scalars stream stream_scalars exec get get_one refresh".split(), Act.QUERY),
    **dict.fromkeys("connection begin_nested".split(), Act.QUERY),
    **dict.fromkeys("fetch fetchrow fetchval executemany exec_driver_sql copy_records_to_table".split(), Act.QUERY),
    **dict.fromkeys("add add_all delete merge".split(), Act.ADD),
    "flush": Act.FLUSH,
    "commit": Act.COMMIT,
    "rollback": Act.ROLLBACK,
    **dict.fromkeys("close aclose invalidate reset remove terminate".split(), Act.CLOSE),
    **dict.fromkeys("run_sync sync_session".split(), Act.UNKNOWN),
}
HTTP = ("get", "post", "put", "patch", "delete", "head", "options", "request", "send", "stream")
SERVICES = (
    *("openai.AsyncOpenAI.", "openai.AsyncAzureOpenAI.", "anthropic.AsyncAnthropic.", "groq.AsyncGroq."),
    *("mistralai.Mistral.", "cohere.AsyncClient.", "cohere.AsyncClientV2.", "elasticsearch.AsyncElasticsearch."),
    *("telegram.Bot.", "aiogram.Bot.", "twilio.", "aiosmtplib.", "stripe."),
)
"""The beginnings of what the methods of other services' clients are called."""
OUTSIDE = frozenset(
    (
        *(f"{client}.{verb}" for client in ("httpx.AsyncClient", "aiohttp.ClientSession") for verb in HTTP),
        *("aiohttp.request", "aiohttp.ClientSession.ws_connect", "websockets.connect", "asyncio.open_connection"),
        *("asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell", "asyncio.Process.wait"),
        *("aiosmtplib.send", "litellm.acompletion"),
    )
)
WAITS = frozenset(
    (
        *(name.rpartition(".")[2] for name in OUTSIDE),
        *("sleep", "create", "parse", "stream", "send_message", "send", "search", "index", "chat", "generate", "embed"),
    )
)
"""The last names of what waits outside, to begin the search with."""
SLEEPS = ("asyncio.sleep", "anyio.sleep")
LONG = 1.0  # seconds: a shorter sleep is a retry's


def is_outside(value: Value | None, call: Call) -> bool:
    """Whether a call, awaited or entered, certainly waits for another service, another process or a clock."""
    if value is None or value.kind not in (Kind.LIBRARY, Kind.FOREIGN):
        return False
    if value.name in SLEEPS:
        given = call.argument("delay", 0)
        return isinstance(given, Literal) and isinstance(given.value, (int, float)) and given.value >= LONG
    return value.name in OUTSIDE or value.name.startswith(SERVICES)
