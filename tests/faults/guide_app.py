"""A bookshop made of the guide's snippets as they stand: what the reference application is measured beside.

    uvicorn tests.faults.guide_app:app

Queries in routes, commit and refresh, one pool, no limits, a confirmation by `BackgroundTasks`.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any

from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import DateTime, ForeignKey, MetaData, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["DATABASE_URL"])
SessionLocal = async_sessionmaker(bind=engine, expire_on_commit=False)


class Base(DeclarativeBase):
    metadata = MetaData(schema=os.environ["DATABASE_SCHEMA"])
    type_annotation_map = {datetime: DateTime(timezone=True)}


class Customer(Base):
    __tablename__ = "customer"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    name: Mapped[str]


class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    isbn: Mapped[str]
    title: Mapped[str]
    price: Mapped[str]
    stock: Mapped[int]


class Order(Base):
    __tablename__ = "order"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int]
    status: Mapped[str] = mapped_column(default="placed")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    confirmed_at: Mapped[datetime | None]


class OrderLine(Base):
    __tablename__ = "order_line"
    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id), primary_key=True)
    book_id: Mapped[int] = mapped_column(primary_key=True)
    quantity: Mapped[int]


class NewCustomer(BaseModel):
    email: str
    name: str


class NewBook(BaseModel):
    isbn: str
    title: str
    price: str
    stock: int


class NewLine(BaseModel):
    book_id: int
    quantity: int


class NewOrder(BaseModel):
    customer_id: int
    lines: list[NewLine]


async def get_db() -> AsyncIterator[AsyncSession]:
    async with SessionLocal() as session:
        yield session


Db = Annotated[AsyncSession, Depends(get_db)]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


async def confirm(order_id: int) -> None:
    async with SessionLocal() as session:
        order = await session.get_one(Order, order_id)
        order.confirmed_at = func.now()
        await session.commit()


async def added(db: AsyncSession, item: Any) -> Any:
    db.add(item)
    await db.commit()
    await db.refresh(item)
    return item


@app.post("/customers", status_code=201, response_model=None)
async def create_customer(new: NewCustomer, db: Db) -> Any:
    return await added(db, Customer(email=new.email, name=new.name))


@app.post("/books", status_code=201, response_model=None)
async def create_book(new: NewBook, db: Db) -> Any:
    return await added(db, Book(**new.model_dump()))


@app.get("/books", response_model=None)
async def get_books(db: Db) -> Any:
    result = await db.execute(select(Book).order_by(Book.id).limit(20))
    return result.scalars().all()


@app.post("/orders", status_code=201, response_model=None)
async def create_order(new: NewOrder, db: Db, tasks: BackgroundTasks) -> Any:
    order = Order(customer_id=new.customer_id)
    db.add(order)
    await db.flush()
    for line in new.lines:
        result = await db.execute(select(Book).where(Book.id == line.book_id))
        book = result.scalar_one_or_none()
        if book is None or book.stock < line.quantity:
            raise HTTPException(409)
        book.stock -= line.quantity
        db.add(OrderLine(order_id=order.id, book_id=book.id, quantity=line.quantity))
    await db.commit()
    await db.refresh(order)
    tasks.add_task(confirm, order.id)
    return order


@app.get("/orders/{key}", response_model=None)
async def get_order(key: int, db: Db) -> Any:
    result = await db.execute(select(Order).where(Order.id == key))
    return result.scalar_one_or_none()


@app.post("/orders/{key}/cancel", response_model=None)
async def cancel_order(key: int, db: Db) -> Any:
    order = await db.get_one(Order, key)
    if order.status != "placed":
        raise HTTPException(409)
    result = await db.execute(select(OrderLine).where(OrderLine.order_id == key))
    for line in result.scalars().all():
        book = await db.get_one(Book, line.book_id)
        book.stock += line.quantity
    order.status = "cancelled"
    await db.commit()
    await db.refresh(order)
    return order


@app.get("/health/live", response_model=None)
async def live() -> dict[str, str]:
    return {"process": "ok"}


@app.get("/health", response_model=None)
async def health(db: Db) -> dict[str, str]:
    await db.execute(text("SELECT 1"))
    return {"database": "ok"}
