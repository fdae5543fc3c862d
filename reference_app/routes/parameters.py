"""What several routes take: services on the request's session, and where a page starts."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Query

from reference_app.database import SessionDep
from reference_app.services.catalogue import Catalogue
from reference_app.services.ordering import Ordering


def catalogue(session: SessionDep) -> Catalogue:
    """The catalogue, on the request's session."""
    return Catalogue(session)


def ordering(session: SessionDep) -> Ordering:
    """Ordering, on the request's session."""
    return Ordering(session)


CatalogueDep = Annotated[Catalogue, Depends(catalogue)]
OrderingDep = Annotated[Ordering, Depends(ordering)]
KeyPath = Annotated[int, Path(gt=0, lt=2**31)]
After = Annotated[int, Query(ge=0, lt=2**31, description="the `next` of the page before")]
Limit = Annotated[int, Query(gt=0, le=100)]
