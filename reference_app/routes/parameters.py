"""What several routes take and answer: services on the request's session, where a page starts, refusals."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Header, Path, Query

from reference_app.database import SessionDep
from reference_app.reporting import ReportSessionDep
from reference_app.repositories.sales import SalesFigures
from reference_app.schemas import Refusal
from reference_app.services.catalogue import Catalogue
from reference_app.services.ordering import Ordering


async def catalogue(session: SessionDep) -> Catalogue:
    """The catalogue, on the request's session."""
    return Catalogue(session)


async def ordering(session: SessionDep) -> Ordering:
    """Ordering, on the request's session."""
    return Ordering(session)


async def sales(session: ReportSessionDep) -> SalesFigures:
    """What was sold, on a session for reports."""
    return SalesFigures(session)


SalesDep = Annotated[SalesFigures, Depends(sales)]
CatalogueDep = Annotated[Catalogue, Depends(catalogue)]
OrderingDep = Annotated[Ordering, Depends(ordering)]
KeyPath = Annotated[int, Path(gt=0, lt=2**31)]
After = Annotated[int, Query(ge=0, lt=2**31, description="the `next` of the page before")]
Limit = Annotated[int, Query(gt=0, le=100)]
IdempotencyKey = Annotated[
    str | None,
    Header(min_length=1, max_length=200, pattern=r"^[!-~]+$", description="send the same again with the same key"),
]

Responses = dict[int | str, dict[str, Any]]
UNAVAILABLE: Responses = {503: {"model": Refusal, "description": "Not now; `Retry-After` says when"}}
NOT_FOUND: Responses = {404: {"model": Refusal, "description": "Nothing has this id"}, **UNAVAILABLE}
CONFLICT: Responses = {409: {"model": Refusal, "description": "The shop holds something that contradicts"}, **NOT_FOUND}
