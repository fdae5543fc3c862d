"""A project with two models, for tests of what is loaded."""

from __future__ import annotations

from textwrap import dedent

from async_db_lint.project.project import Project
from tests.projects import DATABASE, project

MODELS = """
    from typing import Any, Generic, TypeVar
    from sqlalchemy import ForeignKey, func, select
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import (
        DeclarativeBase, Load, Mapped, Session, contains_eager, defaultload, immediateload, joinedload, load_only,
        mapped_column, noload, raiseload, relationship, selectinload, subqueryload,
    )

    class Base(DeclarativeBase):
        pass

    class Author(Base):
        __tablename__ = "author"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]
        changed: Mapped[str] = mapped_column(onupdate=func.now())
        books: Mapped[list["Book"]] = relationship(back_populates="author")
        prizes: Mapped[list["Prize"]] = relationship(lazy="selectin")

    class Book(Base):
        __tablename__ = "book"
        id: Mapped[int] = mapped_column(primary_key=True)
        author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
        author: Mapped[Author] = relationship(back_populates="books")
        reviews: Mapped[list["Review"]] = relationship()

    class Review(Base):
        __tablename__ = "review"
        id: Mapped[int] = mapped_column(primary_key=True)
        book_id: Mapped[int] = mapped_column(ForeignKey("book.id"))

    class Prize(Base):
        __tablename__ = "prize"
        id: Mapped[int] = mapped_column(primary_key=True)
        author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
"""


def shop(text: str) -> Project:
    """A project of one file: the models, an engine and a factory, and then a text."""
    return project(dedent(MODELS) + dedent(DATABASE) + dedent(text))


def unloaded(text: str) -> list[str]:
    """The relationships that a text reads unloaded, as `Class.name`, sorted."""
    found = shop(text).loading.unloaded
    return sorted(f"{item.cls.name}.{item.relationship.name}" for item in found)


def stale(text: str) -> list[str]:
    """The attributes that a text reads when they have expired, as `Class.name CAUSE`, sorted."""
    found = shop(text).loading.stale
    return sorted(f"{item.cls.name}.{item.attribute} {item.cause.name}" for item in found)
