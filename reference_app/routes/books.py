"""Books."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query

from reference_app.models import Book
from reference_app.repositories.sales import Sale
from reference_app.routes.parameters import (
    CONFLICT,
    NOT_FOUND,
    UNAVAILABLE,
    After,
    CatalogueDep,
    KeyPath,
    Limit,
    SalesDep,
)
from reference_app.schemas import ISBN, BookOut, NewBook, NewPrice, Page, Restock, Sales, Text

Isbn = Annotated[str, Path(pattern=ISBN)]
router = APIRouter(prefix="/books", tags=["books"], responses=UNAVAILABLE)


@router.post("", status_code=201, response_model=BookOut, responses=CONFLICT)
async def sell(new: NewBook, catalogue: CatalogueDep) -> Book:
    """Take a book into the catalogue."""
    return await catalogue.sell(new)


@router.get("")
async def books(catalogue: CatalogueDep, after: After = 0, limit: Limit = 20) -> Page[BookOut]:
    """The catalogue, page by page."""
    found = await catalogue.page(after, limit + 1)
    return Page(
        items=[BookOut.model_validate(book) for book in found[:limit]],
        next=found[limit - 1].id if len(found) > limit else None,
    )


@router.get("/search", response_model=list[BookOut])
async def search(title: Annotated[Text, Query()], catalogue: CatalogueDep, limit: Limit = 10) -> Sequence[Book]:
    """Books with a text in their title, the newest first."""
    return await catalogue.search(title, limit)


@router.get("/bestsellers", response_model=list[Sales])
async def bestsellers(sales: SalesDep, limit: Limit = 10) -> list[Sale]:
    """The books that were ordered most."""
    return await sales.bestsellers(limit)


@router.get("/isbn/{isbn}", response_model=BookOut, responses=NOT_FOUND)
async def by_isbn(isbn: Isbn, catalogue: CatalogueDep) -> Book:
    """The book with an ISBN."""
    return await catalogue.by_isbn(isbn)


@router.get("/{key}", response_model=BookOut, responses=NOT_FOUND)
async def book(key: KeyPath, catalogue: CatalogueDep) -> Book:
    """A book."""
    return await catalogue.book(key)


@router.patch("/{key}", response_model=BookOut, responses=NOT_FOUND)
async def reprice(key: KeyPath, new: NewPrice, catalogue: CatalogueDep) -> Book:
    """Change a price."""
    return await catalogue.reprice(key, new.price)


@router.delete("/{key}", status_code=204, responses=CONFLICT)
async def remove(key: KeyPath, catalogue: CatalogueDep) -> None:
    """Take a book that nobody has ordered out of the catalogue."""
    await catalogue.remove(key)


@router.post("/{key}/restock", response_model=BookOut, responses=NOT_FOUND)
async def restock(key: KeyPath, delivery: Restock, catalogue: CatalogueDep) -> Book:
    """Add what came in."""
    return await catalogue.restock(key, delivery.quantity)
