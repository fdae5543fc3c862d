"""`python -m reference_app`: a server, migrations, the application, and its documentation at /docs."""

from __future__ import annotations

import argparse
import os
import signal
import sys

from pydantic import ValidationError

from reference_app.binaries import NoServer
from reference_app.embedded import server


def main() -> int:
    """Run the bookshop; 2 when it cannot start, with one sentence that says why."""
    parser = argparse.ArgumentParser(prog="python -m reference_app", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    # uvicorn raises the signal that ended it once more: as an exit, so that the server below ends before us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with server() as url:
            os.environ["DATABASE_URL"] = url
            return serve(options.host, options.port)
    except KeyboardInterrupt:
        return 0
    except NoServer as error:
        return refused(str(error))
    except ValidationError as error:
        first = error.errors()[0]
        return refused(f"{str(first['loc'][0]).upper()} {first['msg'].removeprefix('Value error, ')}")


def serve(host: str, port: int) -> int:
    """Migrate, then serve until a signal comes."""
    import uvicorn

    from reference_app import migrate
    from reference_app.database import CONNECTION_ERRORS, engine, reason
    from reference_app.settings import settings
    from reference_app.sqlstates import sqlstate

    try:
        migrate.upgrade()
    except CONNECTION_ERRORS as error:
        where = engine.url.render_as_string(hide_password=True)
        is_ours = sqlstate(error)[:2] not in ("", "08", "28", "3D", "53", "57")
        what = "refuses the migrations" if is_ours else "does not answer"
        return refused(f"the database at {where} {what}: {reason(error)}")
    print(f"The bookshop's documentation: http://{host}:{port}/docs", flush=True)
    uvicorn.run("reference_app.main:app", host=host, port=port, timeout_graceful_shutdown=settings.shutdown_timeout)
    return 0


def refused(sentence: str) -> int:
    """Say why the bookshop does not start."""
    print(f"error: {sentence}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
