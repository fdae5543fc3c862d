"""What is mapped, how it is related, and what loads it by itself."""

from __future__ import annotations

import pytest

from async_db_lint.project.loading.relationships import Relationship
from tests.projects import project

HEAD = """
from typing import Optional
from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.orm import DynamicMapped, Mapped, backref, declarative_base, declared_attr, relationship
from sqlmodel import Field, Relationship, SQLModel
Base = declarative_base()
class Child(Base):
    __tablename__ = "child"
    id = Column(Integer, primary_key=True)
    parent_id = Column(ForeignKey("parent.id"))
"""


def relationship(body: str, name: str = "it") -> Relationship:
    """A relationship of the class `Parent`, or the one that a `backref` gives to `Child`."""
    text = f'{HEAD}\nclass Parent(Base):\n    __tablename__ = "parent"\n    id = Column(Integer)\n    {body}\n'
    models = project(text).loading.models
    found = [model.relationships[name] for model in models.all() if name in model.relationships]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("written", "is_collection"),
    [
        ('it: Mapped[list["Child"]] = relationship()', True),
        ('it: Mapped["list[Child]"] = relationship()', True),
        ("it: Mapped[set[Child]] = relationship()", True),
        ('it: Mapped["Child"] = relationship()', False),
        ('it: Mapped[Optional["Child"]] = relationship()', False),
        ('it: Mapped["Child | None"] = relationship()', False),
        ("it: Mapped[Child | None] = relationship()", False),
        ('it = relationship("Child")', True),
        ("it = relationship(lambda: Child)", True),
        ('it = relationship("Child", uselist=False)', False),
        ('it = relationship("Child", secondary=links)', True),
        ('it: DynamicMapped["Child"] = relationship()', True),
    ],
)
def test_a_collection_is_known_by_its_annotation_its_options_or_the_foreign_keys(
    written: str, is_collection: bool
) -> None:
    found = relationship(written)
    assert found.target is not None
    assert (found.target.name, found.is_collection) == ("Child", is_collection)


@pytest.mark.parametrize(
    ("written", "lazy"),
    [
        ('relationship("Child")', "select"),
        ('relationship("Child", lazy="selectin")', "selectin"),
        ('relationship("Child", lazy=False)', "joined"),
        ('relationship("Child", lazy=True)', "select"),
        ('relationship("Child", lazy=None)', "noload"),
        ('relationship("Child", lazy=LOADER)', None),
        ('relationship("Child", **OPTIONS)', None),
        ('Relationship(sa_relationship_kwargs={"lazy": "joined"})', "joined"),
        ("Relationship(sa_relationship_kwargs=OPTIONS)", None),
        ('Relationship(sa_relationship=relationship("Child", lazy="raise"))', "raise"),
    ],
)
def test_the_loader_is_what_is_written_and_unknown_where_that_is_not_read(written: str, lazy: str | None) -> None:
    assert relationship(f"it: Mapped[list[Child]] = {written}").lazy == lazy


def test_a_backref_is_a_relationship_of_the_other_class() -> None:
    found = relationship('children = relationship("Child", backref=backref("up", lazy="joined"))', "up")
    assert found.target is not None
    assert (found.target.name, found.is_collection, found.lazy) == ("Parent", False, "joined")


def test_what_a_mixin_or_a_declared_attribute_maps_belongs_to_the_class() -> None:
    models = project(f"""{HEAD}
class Owned:
    note: Mapped[str]
    @declared_attr
    def child(cls):
        return relationship("Child", lazy="raise")

class Parent(Owned, Base):
    __tablename__ = "parent"
    note = None
""").loading.models
    (parent,) = (model for model in models.all() if model.cls.name == "Parent")
    assert set(parent.relationships) == {"child"}
    assert "note" not in parent.columns


def test_classes_without_a_table_are_not_mapped() -> None:
    found = project(f"{HEAD}\nclass Plain(Base):\n    id = Column(Integer)\nclass Data(SQLModel):\n    id: int\n")
    assert [model.cls.name for model in found.loading.models.all()] == ["Child"]


def test_a_table_of_sqlmodel_is_mapped() -> None:
    found = project(
        f"{HEAD}\nclass Hero(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n    name: str\n"
    )
    (hero,) = (model for model in found.loading.models.all() if model.cls.name == "Hero")
    assert set(hero.columns) == {"id", "name"}
