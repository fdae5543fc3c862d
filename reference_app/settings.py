"""What differs from one deployment to the next, read from the environment once."""

from __future__ import annotations

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

DRIVER = "postgresql+asyncpg"


class Settings(BaseSettings):
    """The settings: each is the environment variable of the same name."""

    model_config = SettingsConfigDict(frozen=True, hide_input_in_errors=True)  # a URL holds a password

    database_url: str = Field(description="where PostgreSQL is: postgresql+asyncpg://user:password@host/database")
    database_schema: str = Field(default="bookshop", pattern=r"^[a-z_][a-z0-9_]*$")
    pool_size: int = Field(default=10, ge=1)
    pool_overflow: int = Field(default=5, ge=0)
    pool_timeout: float = Field(default=10.0, gt=0, description="seconds to wait for a free connection")
    connect_timeout: float = Field(default=5.0, gt=0, description="seconds to wait for the server")

    @field_validator("database_url")
    @classmethod
    def on_asyncpg(cls, value: str) -> str:
        """Name asyncpg where no driver is named, as hosting providers do; refuse any other."""
        try:
            url = make_url(value)
        except ArgumentError as error:
            raise ValueError("is no URL of a database") from error
        if url.drivername in ("postgres", "postgresql"):
            url = url.set(drivername=DRIVER)
        if url.drivername != DRIVER:
            raise ValueError(f"names the driver `{url.drivername}`: the bookshop runs on `{DRIVER}`")
        if "sslmode" in url.query:  # libpq's word for it; asyncpg's is `ssl`
            mode = url.query["sslmode"]
            url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
        return url.render_as_string(hide_password=False)


settings = Settings()
