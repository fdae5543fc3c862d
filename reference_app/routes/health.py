"""Whether the process lives, and whether it can work. An orchestrator needs both, and must not mix them up."""

from __future__ import annotations

from fastapi import APIRouter

from reference_app.readiness import ReadinessSessionDep, ping_soon
from reference_app.routes.parameters import UNAVAILABLE
from reference_app.schemas import Health

router = APIRouter(tags=["health"])


@router.get("/health/live")
async def live() -> dict[str, str]:
    """Answer, without the database: for whoever restarts processes. A restart does not mend a slow database."""
    return {"process": "ok"}


@router.get("/health", responses=UNAVAILABLE)
async def ready(session: ReadinessSessionDep) -> Health:
    """Ask the database; 503 when it gives no answer soon: for whoever sends requests here."""
    await ping_soon(session)
    return Health()
