"""Books."""

from __future__ import annotations

from fastapi import APIRouter

from reference_app.models import Book
from reference_app.routes.parameters import After, CatalogueDep, KeyPath, Limit
from reference_app.schemas import BookOut, NewBook, Page, Restock

router = APIRouter(prefix="/books", tags=["books"])


@router.post("", status_code=201, response_model=BookOut)
async def sell(new: NewBook, catalogue: CatalogueDep) -> Book:
    """Take a book into the catalogue."""
    return await catalogue.sell(new)


@router.get("")
async def books(catalogue: CatalogueDep, after: After = 0, limit: Limit = 20) -> Page[BookOut]:
    """The catalogue, page by page."""
    found = await catalogue.page(after, limit)
    return Page(
        items=[BookOut.model_validate(book) for book in found],
        next=found[-1].id if len(found) == limit else None,
    )


@router.get("/{key}", response_model=BookOut)
async def book(key: KeyPath, catalogue: CatalogueDep) -> Book:
    """A book."""
    return await catalogue.book(key)


@router.post("/{key}/restock", response_model=BookOut)
async def restock(key: KeyPath, delivery: Restock, catalogue: CatalogueDep) -> Book:
    """Add what came in."""
    return await catalogue.restock(key, delivery.quantity)
