"""Customers."""

from __future__ import annotations

from fastapi import APIRouter

from reference_app.models import Customer
from reference_app.routes.parameters import CONFLICT, NOT_FOUND, CatalogueDep, KeyPath
from reference_app.schemas import CustomerOut, NewCustomer

router = APIRouter(prefix="/customers", tags=["customers"])


@router.post("", status_code=201, response_model=CustomerOut, responses=CONFLICT)
async def register(new: NewCustomer, catalogue: CatalogueDep) -> Customer:
    """Register a customer."""
    return await catalogue.register(new)


@router.get("/{key}", response_model=CustomerOut, responses=NOT_FOUND)
async def customer(key: KeyPath, catalogue: CatalogueDep) -> Customer:
    """A customer."""
    return await catalogue.customer(key)
