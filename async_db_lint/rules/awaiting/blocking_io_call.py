"""ADB309."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.index.expressions import Call, Literal, walk
from async_db_lint.project.kinds import Kind
from async_db_lint.project.loop import OnLoop
from async_db_lint.project.project import Project, enclosing_function
from async_db_lint.project.text import quoted
from async_db_lint.rule import Rule, Severity, Suspect, at_call, calls_as_related
from async_db_lint.source import Role

VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "request", "stream", "send")
BLOCKING = frozenset(
    {
        "time.sleep",
        "urllib.request.urlopen",
        "urllib.request.urlretrieve",
        *(f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output", "getoutput")),
        "os.system",
        *(
            f"{owner}.{verb}"
            for owner in ("requests", "requests.Session", "requests.sessions.Session")
            for verb in VERBS
        ),
        "requests.session.get",
        "requests.session.post",
        *(f"{owner}.{verb}" for owner in ("httpx", "httpx.Client") for verb in VERBS),
        "socket.create_connection",
        "smtplib.SMTP",
        "smtplib.SMTP_SSL",
    }
)


class BlockingIoCall(Rule):
    """Blocking I/O or `time.sleep` on the event loop of an application that uses the database.

    Happens: the loop stands still until the call returns, and with it every request, every query and
    every timeout. When a session is open around the call, its connection and its locks are held for
    as long; a slow partner empties the pool.

    Instead: `await asyncio.sleep(…)`, `httpx.AsyncClient`, `asyncio.create_subprocess_exec`, or
    `await asyncio.to_thread(call, …)`; and outside the session.

    Silent: in plain `def` routes and threads, at start-up and shutdown, in scripts, and where no route
    or dependency is known to lead to the call (through three plain helpers at most).
    """

    code = "ADB309"
    name = "blocking-io-call"
    severity = Severity.WARNING

    def suspects(self, project: Project) -> Iterator[Suspect]:
        if not project.is_async:
            return
        reported: set[Call] = set()
        for last in sorted({name.rpartition(".")[2] for name in BLOCKING}):
            for call in project.table.named(last):
                proof = _proof(project, call) if _blocks(project, call) else None
                if proof is None or not project.loop.is_taken(proof, call) or proof.call_in_root(call) in reported:
                    continue
                reported.add(proof.call_in_root(call))
                yield _suspect(project, call, proof)


def _blocks(project: Project, call: Call) -> bool:
    if project.role(call) is not Role.APPLICATION:
        return False
    callee = project.inference.callee(call)
    if callee is None or callee.kind not in (Kind.LIBRARY, Kind.FOREIGN) or callee.name not in BLOCKING:
        return False
    if callee.name == "time.sleep":
        return call.positional[:1] != (Literal(0),)
    return not (callee.name.startswith("urllib.") and _is_data_url(call))


def _is_data_url(call: Call) -> bool:
    """Whether a call stands under a test for `data:` URLs, which are decoded in memory."""
    heads = (head for block in call.block.outward() for head in block.heads)
    return any(isinstance(item, Literal) and item.value == "data:" for head in heads for item in walk(head))


def _proof(project: Project, call: Call) -> OnLoop | None:
    function = enclosing_function(call.block.scope)
    return None if function is None or call.block.scope is not function else project.loop.of(function)


def _suspect(project: Project, call: Call, proof: OnLoop) -> Suspect:
    """The call in the `async def`: there it can be handed to a thread, wherever it blocks."""
    place = proof.call_in_root(call)
    held = project.loop.session_held_at(place)
    holding = f", and `{held}` keeps its connection meanwhile" if held else ""
    if place is call:
        return at_call(call, f"`{quoted(call)}` stops the event loop{holding}")
    related = [*calls_as_related(proof.helpers[1:]), *calls_as_related([call], "blocks here")]
    return at_call(place, f"`{quoted(place)}` stops the event loop: it calls `{quoted(call)}`{holding}", related)
