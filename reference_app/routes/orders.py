"""Orders."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Query
from fastapi.responses import StreamingResponse

from reference_app.routes.parameters import (
    CONFLICT,
    NOT_FOUND,
    UNAVAILABLE,
    After,
    IdempotencyKey,
    KeyPath,
    Limit,
    OrderingDep,
)
from reference_app.schemas import NewOrder, OrderOut, Page
from reference_app.services import exports, jobs

router = APIRouter(prefix="/orders", tags=["orders"], responses=UNAVAILABLE)


@router.post("", status_code=201, responses=CONFLICT)
async def place(
    new: NewOrder, ordering: OrderingDep, tasks: BackgroundTasks, idempotency_key: IdempotencyKey = None
) -> OrderOut:
    """Place an order; it is confirmed afterwards. With the same key it is placed once, however often it is sent."""
    order = await ordering.place(new, idempotency_key)
    tasks.add_task(jobs.deliver, order.id)
    return OrderOut.of(order)


@router.get("")
async def orders(
    customer_id: Annotated[int, Query(gt=0, lt=2**31)], ordering: OrderingDep, after: After = 0, limit: Limit = 20
) -> Page[OrderOut]:
    """A customer's orders, page by page."""
    found = await ordering.page(customer_id, after, limit + 1)
    return Page(
        items=[OrderOut.of(order) for order in found[:limit]],
        next=found[limit - 1].id if len(found) > limit else None,
    )


@router.get("/export.csv")
async def export() -> StreamingResponse:
    """The lines of all orders, as a stream."""
    parts = exports.export()
    first = await anext(parts)
    return StreamingResponse(exports.continued(first, parts), media_type="text/csv")


@router.get("/{key}", responses=NOT_FOUND)
async def order(key: KeyPath, ordering: OrderingDep) -> OrderOut:
    """An order."""
    return OrderOut.of(await ordering.order(key))


@router.post("/{key}/cancel", responses=CONFLICT)
async def cancel(key: KeyPath, ordering: OrderingDep) -> OrderOut:
    """Cancel an order; its books go back to the stock."""
    return OrderOut.of(await ordering.cancel(key))
