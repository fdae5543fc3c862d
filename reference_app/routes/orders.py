"""Orders."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Query
from fastapi.responses import StreamingResponse

from reference_app.routes.parameters import After, KeyPath, Limit, OrderingDep
from reference_app.schemas import NewOrder, OrderOut, Page
from reference_app.services import jobs

router = APIRouter(prefix="/orders", tags=["orders"])


@router.post("", status_code=201)
async def place(new: NewOrder, ordering: OrderingDep, tasks: BackgroundTasks) -> OrderOut:
    """Place an order; it is confirmed afterwards."""
    order = await ordering.place(new)
    tasks.add_task(jobs.confirm, order.id)
    return OrderOut.of(order)


@router.get("")
async def orders(
    customer_id: Annotated[int, Query(gt=0, lt=2**31)], ordering: OrderingDep, after: After = 0, limit: Limit = 20
) -> Page[OrderOut]:
    """A customer's orders, page by page."""
    found = await ordering.page(customer_id, after, limit)
    return Page(items=[OrderOut.of(order) for order in found], next=found[-1].id if len(found) == limit else None)


@router.get("/export.csv")
async def export() -> StreamingResponse:
    """The lines of all orders, as a stream."""
    lines = jobs.export()
    first = await anext(lines)
    return StreamingResponse(jobs.continued(first, lines), media_type="text/csv")


@router.get("/{key}")
async def order(key: KeyPath, ordering: OrderingDep) -> OrderOut:
    """An order."""
    return OrderOut.of(await ordering.order(key))


@router.post("/{key}/cancel")
async def cancel(key: KeyPath, ordering: OrderingDep) -> OrderOut:
    """Cancel an order; its books go back to the stock."""
    return OrderOut.of(await ordering.cancel(key))
