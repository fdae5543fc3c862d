"""A linter for Python services on async SQLAlchemy, asyncpg and FastAPI."""

__version__ = "0.1.0"
