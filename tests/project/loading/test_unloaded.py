"""Which reads of relationships are certainly not loaded, in every way that people write them, and which may be."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.project.loading.shop import unloaded

QUERIES = [
    "a = await db.get(Author, 1)",
    "a = await db.get_one(Author, 1)",
    "a = await db.scalar(select(Author))",
    "a = (await db.scalars(select(Author))).one()",
    "a = (await db.scalars(select(Author).where(Author.id == 1).limit(1))).first()",
    "a = (await db.execute(select(Author))).scalar_one()",
    "a = (await db.execute(select(Author))).scalars().first()",
    "a = (await db.execute(select(Author))).scalars().unique().all()[0]",
    "a = (await db.execute(select(Author, Book.id).join(Author.books))).first()[0]",
    "a, other = (await db.execute(select(Author, Book.id))).one()",
    "a = (await db.execute(select(Author))).one().Author",
    "q = select(Author)\n    q = q.order_by(Author.id)\n    r = await db.execute(q)\n    a = r.scalars().one()",
    "if not (a := await db.get(Author, 1)):\n        raise LookupError",
    "rows = await db.scalars(select(Author))\n    a = list(rows)[0]",
    "a = await db.scalar(select(Author).options(load_only(Author.name), selectinload(Author.prizes)))",
    "a = await db.scalar(select(Author).options(raiseload('*')))",
    "a = await db.scalar(select(Author).options(defaultload(Author.books).selectinload(Book.reviews)))",
]


@pytest.mark.parametrize("query", QUERIES)
def test_an_object_is_followed_from_every_kind_of_query(query: str) -> None:
    assert unloaded(f"async def f(db: AsyncSession):\n    {query}\n    return a.books\n") == ["Author.books"]


@pytest.mark.parametrize(
    "read",
    [
        "return [book.id for book in a.books]",
        "return len(a.books)",
        "for book in a.books:\n        print(book)",
        "a.books.append(Book())",
        'return f"{a.books}"',
        "return dict(books=a.books)",
        "if a.books:\n        return 1",
        "return sorted(a.books, key=lambda book: book.id)",
        "return any(book.id for book in a.books if book.id)",
        "x = y = a.books",
        "return {**{1: a.books}}",
        "return a.name and a.books or []",
        "assert a.books",
    ],
)
def test_a_read_is_found_wherever_it_stands(read: str) -> None:
    assert unloaded(f"async def f(db: AsyncSession):\n    a = await db.get(Author, 1)\n    {read}\n") == [
        "Author.books"
    ]


OPTIONS = [
    "selectinload(Author.books)",
    "joinedload(Author.books)",
    "subqueryload(Author.books)",
    "immediateload(Author.books)",
    "contains_eager(Author.books)",
    "noload(Author.books)",
    "selectinload(Author.books).load_only(Book.id)",
    "selectinload(Author.books.and_(Book.id > 1))",
    "Load(Author).selectinload(Author.books)",
    "*OPTIONS",
    "with_books()",
    "unknown(Author)",
    "selectinload('*')",
    "load_only(Author.id), selectinload(Author.books)",
]
HELPERS = """
OPTIONS = [selectinload(Author.books)]
def with_books():
    return selectinload(Author.books)
"""


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_that_loads_or_may_load_it_is_enough(option: str) -> None:
    text = f"async def f(db: AsyncSession):\n    a = await db.scalar(select(Author).options({option}))\n    a.books\n"
    assert unloaded(HELPERS + text) == []


@pytest.mark.parametrize(
    "between",
    [
        'await db.refresh(a, ["books"])',
        'await db.refresh(a, attribute_names=["name", "books"])',
        "await db.refresh(a, NAMES)",
        "await a.awaitable_attrs.books",
        "a.books = []",
        "setattr(a, 'books', [])",
        "await db.run_sync(fill)",
        "await unknown(a)",
        "await unknown(db)",
        "unknown(a)",
        "await db.execute(unknown())",
        "await db.scalars(select(Author).options(selectinload(Author.books)))",
        "if 'books' not in inspect(a).unloaded:\n        return",
        "if not hasattr(a, 'books'):\n        return",
    ],
)
def test_whatever_may_load_it_in_between_makes_it_unknown(between: str) -> None:
    text = f"async def f(db: AsyncSession):\n    a = await db.get(Author, 1)\n    {between}\n    return a.books\n"
    guarded = text.replace("return\n    return a.books", "return a.books")
    assert unloaded(guarded) == []


@pytest.mark.parametrize(
    "between",
    [
        "await db.refresh(a)",
        "await db.commit()",
        "await db.execute(select(Prize))",
        "await db.get(Book, 1)",
        "print(a)",
        "db.add(a)",
        "a.name = 'b'",
        "items = []\n    items.append(a)",
        "await db.scalar(select(func.count()))",
    ],
)
def test_what_cannot_load_it_changes_nothing(between: str) -> None:
    text = f"async def f(db: AsyncSession):\n    a = await db.get(Author, 1)\n    {between}\n    return a.books\n"
    assert unloaded(text) == ["Author.books"]


LAYERS = {
    "a repository": """
        class Authors:
            def __init__(self, db: AsyncSession):
                self.db = db
            async def get(self, key) -> Author:
                return await self.db.get_one(Author, key)
        async def f(db: AsyncSession):
            a = await Authors(db).get(1)
            return a.books
    """,
    "a generic repository with the model in the class": """
        class Repository:
            model: type
            def __init__(self, db: AsyncSession):
                self.db = db
            async def get(self, key):
                return await self.db.get(self.model, key)
        class Authors(Repository):
            model = Author
        async def f(db: AsyncSession):
            a = await Authors(db).get(1)
            return a.books
    """,
    "a generic repository that is given the model": """
        T = TypeVar("T")
        class Repository(Generic[T]):
            def __init__(self, db: AsyncSession, model: type[T]):
                self.db, self.model = db, model
            async def one(self) -> T:
                return (await self.db.scalars(select(self.model))).one()
        class Authors(Repository[Author]):
            def __init__(self, db: AsyncSession):
                super().__init__(db, Author)
        async def f(db: AsyncSession):
            a = await Authors(db).one()
            return a.books
    """,
    "a function that is given the model": """
        async def get_or_404(db: AsyncSession, model, key):
            found = await db.get(model, key)
            if found is None:
                raise LookupError
            return found
        async def f(db: AsyncSession):
            a = await get_or_404(db, Author, 1)
            return a.books
    """,
    "a caller": """
        def shown(author: Author):
            return [book.id for book in author.books]
        async def f(db: AsyncSession):
            return shown(await db.get(Author, 1))
    """,
    "a caller with many": """
        def shown(authors: list[Author]):
            return [author.books for author in authors]
        async def f(db: AsyncSession):
            return shown((await db.scalars(select(Author))).all())
    """,
    "some of many": """
        async def f(db: AsyncSession):
            authors = (await db.scalars(select(Author))).all()
            return [author.books for author in authors[:10]]
    """,
    "some of many, of a helper": """
        async def page(db: AsyncSession, limit):
            found = (await db.scalars(select(Author).limit(limit + 1))).all()
            return found[:limit]
        async def f(db: AsyncSession):
            for author in await page(db, 10):
                print(author.books)
    """,
    "the first of some": """
        async def f(db: AsyncSession):
            a = (await db.scalars(select(Author))).all()[1:][0]
            return a.books
    """,
    "a lambda that is tried again": """
        async def retried(work: Callable[[], Awaitable[T]]) -> T:
            try:
                return await work()
            except DBAPIError:
                return await work()
        async def get(db: AsyncSession, key):
            return await db.get(Author, key)
        async def f(db: AsyncSession):
            a = await retried(lambda: get(db, 1))
            return a.books
    """,
    "a lambda that asks itself": """
        async def timed(session, work):
            return await work()
        async def f(db: AsyncSession):
            a = await timed(db, lambda: db.get(Author, 1))
            return a.books
    """,
    "a lambda of a service": """
        async def once(work):
            return await work()
        class Authors:
            def __init__(self, db: AsyncSession):
                self.db = db
            async def get(self, key):
                return await once(lambda: self._get(key))
            async def _get(self, key):
                return await self.db.get(Author, key)
        async def f(db: AsyncSession):
            a = await Authors(db).get(1)
            return a.books
    """,
    "a statement that a helper makes": """
        def query(key):
            return select(Author).where(Author.id == key)
        async def f(db: AsyncSession):
            a = await db.scalar(query(1))
            return a.books
    """,
    "a property of the class": """
        class Writer(Base):
            __tablename__ = "writer"
            works: Mapped[list["Work"]] = relationship()
            @property
            def titles(self):
                return [work.id for work in self.works]
        class Work(Base):
            __tablename__ = "work"
            id: Mapped[int]
        async def f(db: AsyncSession):
            a = await db.get(Writer, 1)
            return a.titles
    """,
}


@pytest.mark.parametrize("layers", LAYERS.values(), ids=LAYERS)
def test_an_object_is_followed_through_layers(layers: str) -> None:
    assert unloaded(layers) in (["Author.books"], ["Writer.works"])


def test_the_condition_of_a_loader_may_be_the_condition_of_the_read() -> None:
    assert (
        unloaded("""
        async def f(db: AsyncSession, full: bool):
            query = select(Author)
            if full:
                query = query.options(selectinload(Author.books))
            a = await db.scalar(query)
            return a.books if full else []

        def shown(author: Author, full: bool):
            return author.books if full else []

        async def g(db: AsyncSession):
            return shown(await db.get(Author, 1), False)
    """)
        == []
    )


def test_a_many_to_one_may_be_in_the_session_already() -> None:
    read = "b = await db.get(Book, 1)\n    return b.author"
    assert unloaded(f"async def f(db: AsyncSession):\n    {read}\n") == ["Book.author"]
    for before in ("await db.get(Author, 1)", "db.add(Author())", "await db.scalars(select(Author.id, Author))"):
        assert unloaded(f"async def f(db: AsyncSession):\n    {before}\n    {read}\n") == []


def test_what_an_option_loads_is_followed_further() -> None:
    assert unloaded("""
        async def f(db: AsyncSession):
            a = await db.scalar(select(Author).options(selectinload(Author.books)))
            return [book.reviews for book in a.books], a.books[0].author
    """) == ["Book.reviews"]


def test_of_two_reads_that_depend_on_each_other_the_first_is_reported() -> None:
    assert unloaded("""
        async def f(db: AsyncSession):
            a = await db.get(Author, 1)
            return [book.reviews for book in a.books]
    """) == ["Author.books"]


@pytest.mark.parametrize("end", ["await db.flush()", "await db.commit()"])
def test_a_new_object_has_what_it_was_made_with(end: str) -> None:
    text = "async def f(db: AsyncSession):\n    a = Author({})\n    db.add(a)\n    {}\n    return a.books\n"
    assert unloaded(text.format("name='x'", end)) == ["Author.books"]
    assert unloaded(text.format("name='x', books=[]", end)) == []
    assert unloaded(text.format("**data", end)) == []
    assert unloaded(text.format("name='x'", "pass")) == []
    assert unloaded(text.format("name='x', books=[]", f"{end}\n    await db.refresh(a)")) == ["Author.books"]


def test_what_was_loaded_before_a_new_object_was_made_is_not_in_its_collection() -> None:
    text = """async def f(db: AsyncSession):
    old = await db.scalar(select(Author).options(selectinload(Author.books)))
    a = Author(name=old.name)
    db.add(a)
    await db.flush()
    {}
    return a.books
"""
    assert unloaded(text.format("pass")) == ["Author.books"]
    again = (
        "await db.scalars(select(Author).options(selectinload(Author.books)).execution_options(populate_existing=True))"
    )
    assert unloaded(text.format(again)) == []


def test_synchronous_sessions_load_when_they_like() -> None:
    assert (
        unloaded("""
        def f(db: Session):
            return db.get(Author, 1).books

        async def g(db: AsyncSession):
            return await db.run_sync(f)
    """)
        == []
    )


def test_a_listener_may_add_options_to_every_statement() -> None:
    listener = """
        from sqlalchemy import event

        @event.listens_for(Session, "do_orm_execute")
        def load(state):
            state.statement = state.statement.options(selectinload(Author.books))
    """
    text = "async def f(db: AsyncSession):\n    a = await db.{}\n    return a.books\n"
    for query in ("get(Author, 1)", "scalar(select(Author))"):
        assert unloaded(dedent(listener) + text.format(query)) == []
