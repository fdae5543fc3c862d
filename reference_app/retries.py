"""Doing something again when the database asks for it."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from reference_app.sqlstates import is_retried, sqlstate

log = logging.getLogger("uvicorn.error")
Result = TypeVar("Result")
PAUSES = (0.02, 0.1)  # seconds, on average


async def retried(session: AsyncSession, work: Callable[[], Awaitable[Result]]) -> Result:
    """What work gives; begun anew, with nothing left in the session, after a deadlock or a serialization failure.

    The work must begin and commit its transaction itself: then nothing of a failed one remains, and to close the
    session, which forgets every object and gives its connection back, makes it as good as a new one.
    """
    for pause in PAUSES:
        try:
            return await work()
        except DBAPIError as error:
            if not is_retried(error):
                raise
            log.warning("tried again after SQLSTATE %s", sqlstate(error))
            await session.close()
        await asyncio.sleep(pause * random.uniform(0.5, 1.5))
    return await work()
