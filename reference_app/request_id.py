"""A name for each request, so that what the logs say of it can be put together."""

from __future__ import annotations

import logging
import re
from contextvars import ContextVar
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-ID"
SCOPE_KEY = "bookshop.request_id"
HARMLESS = re.compile(r"[A-Za-z0-9._-]{1,64}")  # in a log: no line ends, no control characters

request_id: ContextVar[str] = ContextVar("request_id", default="-")


class NameRequest(logging.Filter):
    """Puts the request's id in front of each line of a log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Name the request, where there is one; keep every line."""
        if (name := request_id.get()) != "-":
            record.msg = f"request {name}: {record.msg}"
        return True


class RequestId:
    """Takes the id that a proxy has given, or makes one; answers with it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request under a name."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        name = given if HARMLESS.fullmatch(given) else uuid4().hex
        scope[SCOPE_KEY] = name
        token = request_id.set(name)

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = name
            await send(message)

        try:
            await self.app(scope, receive, named)
        finally:
            request_id.reset(token)
