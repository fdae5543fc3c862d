"""An end for requests that would wait without one."""

from __future__ import annotations

import asyncio
import logging

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("uvicorn.error")


class Deadline:
    """Answers 503 when an answer has not begun in time; what has begun may take as long as it needs.

    The request is cancelled where it waits. Its session is closed by that, so nothing stays half done; whether a
    commit that was under way took effect, only a second request with the same Idempotency-Key can tell.
    """

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self.app = app
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, and refuse it when that takes too long."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self.seconds) as limit:

                async def begin(message: Message) -> None:
                    limit.reschedule(None)
                    await send(message)

                await self.app(scope, receive, begin)
        except TimeoutError:
            if not limit.expired():
                raise
            log.warning("%s %s is not served: no answer within %s s", scope["method"], scope["path"], self.seconds)
            refusal = JSONResponse({"detail": "this took too long"}, 503, {"Retry-After": "2"})
            await refusal(scope, receive, send)
