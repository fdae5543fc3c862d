"""What differs from one deployment to the next, read from the environment once."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

DRIVER = "postgresql+asyncpg"


class Settings(BaseSettings):
    """The settings: each is the environment variable of the same name. Times are in seconds."""

    model_config = SettingsConfigDict(frozen=True, hide_input_in_errors=True)  # a URL holds a password

    database_url: str = Field(description="where PostgreSQL is: postgresql+asyncpg://user:password@host/database")
    replica_url: str | None = Field(default=None, description="where exports and reports read; by default there, too")
    database_schema: str = Field(default="bookshop", pattern=r"^[a-z_][a-z0-9_]*$")

    pool_size: int = Field(default=10, ge=1)
    pool_overflow: int = Field(default=5, ge=0)
    pool_timeout: float = Field(default=2.0, gt=0, description="to wait for a free connection")
    connect_timeout: float = Field(default=3.0, gt=0, description="to wait for the server")

    # The first three: each is below the next one, so that the error says what it really was.
    lock_timeout: float = Field(default=2.0, gt=0, description="to wait for a lock")
    statement_timeout: float = Field(default=5.0, gt=0, description="for one statement")
    request_timeout: float = Field(default=10.0, gt=0, description="until the answer begins")
    idle_timeout: float = Field(default=15.0, gt=0, description="for a transaction in which nothing happens")
    shutdown_timeout: int = Field(default=5, gt=0, description="for requests that are under way at the end")

    sweep_every: float = Field(default=1.0, gt=0, description="between two looks for letters nobody has sent")
    lease: float = Field(default=10.0, gt=0, description="for whoever sends a letter, before another one may")
    slow_statement: float = Field(default=0.5, ge=0, description="from when on a statement is logged")

    @field_validator("database_url", "replica_url")
    @classmethod
    def on_asyncpg(cls, value: str | None) -> str | None:
        """Name asyncpg where no driver is named, as hosting providers do; refuse any other."""
        if value is None:
            return None
        try:
            url = make_url(value)
        except ArgumentError as error:
            raise ValueError("is not a database URL") from error
        if url.drivername in ("postgres", "postgresql"):
            url = url.set(drivername=DRIVER)
        if url.drivername != DRIVER:
            raise ValueError(f"names the driver `{url.drivername}`: the bookshop runs on `{DRIVER}`")
        if "sslmode" in url.query:  # libpq's word for it; asyncpg's is `ssl`
            mode = url.query["sslmode"]
            url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
        return url.render_as_string(hide_password=False)

    def connect_args(self, name: str) -> dict[str, Any]:
        """What asyncpg's `connect` is given: a name that PostgreSQL shows, and limits that it enforces."""
        return {
            "timeout": self.connect_timeout,
            # The server's limits are of no use when nothing comes from the server any more.
            "command_timeout": self.statement_timeout + 1,
            "server_settings": {
                "application_name": name,
                "timezone": "UTC",
                "lock_timeout": milliseconds(self.lock_timeout),
                "statement_timeout": milliseconds(self.statement_timeout),
                "idle_in_transaction_session_timeout": milliseconds(self.idle_timeout),
            },
        }


def milliseconds(seconds: float) -> str:
    """A time as PostgreSQL's settings take it."""
    return f"{seconds * 1000:.0f}ms"


settings = Settings()
