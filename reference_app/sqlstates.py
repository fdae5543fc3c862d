"""What PostgreSQL's error codes mean to the shop: one table.

The codes are those of PostgreSQL's appendix A, "Error Codes"; the first two characters are the class.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Meaning:
    """What to tell whoever asked, and in how many seconds it is worth asking again."""

    detail: str
    retry_after: int


# A code, or what a group of codes begins with. What is not here is a mistake of ours: it is answered 500.
UNAVAILABLE = {
    "08": Meaning("the connection to the database broke", 2),
    "25006": Meaning("the database takes no changes now", 5),  # the primary has become a standby
    "25P03": Meaning("the transaction waited for too long", 2),
    "25P04": Meaning("the transaction took too long", 2),
    "40001": Meaning("too many changed the same at once", 1),  # serialization_failure
    "40P01": Meaning("too many changed the same at once", 1),  # deadlock_detected
    "53": Meaning("the database is full", 5),  # among them 53300, too_many_connections
    "55P03": Meaning("somebody else holds what was asked for", 1),  # lock_not_available
    "57014": Meaning("the database took too long", 2),  # query_canceled: statement_timeout
    "57P": Meaning("the database is starting or stopping", 5),
}
# The database has undone everything, and would not mind if it were tried again.
RETRIED = ("40001", "40P01")


def sqlstate(error: BaseException | None) -> str:
    """The code of an error of asyncpg, or of SQLAlchemy's that wraps one; nothing when it has none."""
    cause = getattr(error, "orig", None) or error
    return str(getattr(cause, "sqlstate", None) or "")


def meaning(error: BaseException) -> Meaning | None:
    """What an error means when the database is not to be had now, and nothing when it is another one."""
    code = sqlstate(error)
    return next((found for start, found in UNAVAILABLE.items() if code.startswith(start)), None)


def is_retried(error: BaseException) -> bool:
    """Whether the same again may well succeed."""
    return sqlstate(error) in RETRIED
