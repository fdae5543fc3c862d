"""Whether the service can work."""

from __future__ import annotations

from fastapi import APIRouter

from reference_app.database import SessionDep, ping
from reference_app.schemas import Health

router = APIRouter(tags=["health"])


@router.get("/health")
async def health(session: SessionDep) -> Health:
    """Ask the database for an answer; 503 when it gives none."""
    await ping(session)
    return Health()
