"""ADB309."""

from __future__ import annotations

from async_db_lint.rule import *

VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "request", "stream", "send")
CLIENTS = ("requests", "requests.Session", "requests.sessions.Session", "httpx", "httpx.Client")
BLOCKING = frozenset(
    (
        *("time.sleep", "urllib.request.urlopen", "urllib.request.urlretrieve", "os.system"),
        *(f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output", "getoutput")),
        *(f"{client}.{verb}" for client in CLIENTS for verb in VERBS),
        *("requests.session.get", "requests.session.post"),
        *("socket.create_connection", "smtplib.SMTP", "smtplib.SMTP_SSL"),
    )
)


class BlockingIoCall(Rule):
    """Blocking I/O or `time.sleep` on the event loop of an application that uses the database.

    Happens: the loop is blocked until the call returns, and with it every request, every query and
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
    consequence = Consequence.BLOCKS_LOOP

    def suspects(self, project: Project) -> Suspects:
        if not project.is_async:
            return
        reported: set[Call] = set()
        for call in project.calls(*sorted({name.rpartition(".")[2] for name in BLOCKING})):
            for proof in project.proofs_on_loop(call.call) if _blocks(call) else ():
                place = proof.call_in_root(call.call)
                if place not in reported:
                    reported.add(place)
                    yield _suspect(project, call.call, proof)


def _blocks(call: CallSite) -> bool:
    callee = call.callee if call.is_in_application else None
    if callee is None or callee.kind not in (Kind.LIBRARY, Kind.FOREIGN) or callee.name not in BLOCKING:
        return False
    if callee.name == "time.sleep":
        return call.call.positional[:1] != (Literal(0),)
    return not (callee.name.startswith("urllib.") and _is_data_url(call))


def _is_data_url(call: CallSite) -> bool:
    """Whether a call is under a test for `data:` URLs, which are decoded in memory."""
    heads = (head for block in call.block.outward() for head in block.heads)
    return any(isinstance(item, Literal) and item.value == "data:" for head in heads for item in walk(head))


def _suspect(project: Project, call: Call, proof: OnLoop) -> Suspect[cst.Call]:
    """The call in the `async def`: there it can be handed to a thread, wherever it blocks."""
    place = proof.call_in_root(call)
    held = project.loop.connection_held_at(place)
    holding = f", and `{held}` keeps its connection meanwhile" if held else ""
    if place is call:
        return suspect(call, f"`{quoted(call)}` stops the event loop{holding}")
    related = [*related_calls(proof.helpers[1:]), *related_calls([call], "blocks here")]
    message = f"`{quoted(place)}` stops the event loop: it calls `{quoted(call)}`{holding}"
    return suspect(place, message).with_related(related)
