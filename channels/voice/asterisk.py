"""Asterisk: a stretch of its manager interface (AMI) as text, or events of its REST interface as JSON.

Both are read as one conversation: later events are understood by earlier ones of the same body. The
running service hears AMI by itself, see ``asterisk_ami``.
"""

from __future__ import annotations

from collections.abc import Sequence

from channels import basic_auth, batch
from channels.voice import asterisk_ari
from channels.voice.asterisk_blocks import Blocks
from channels.voice.asterisk_live import login_of
from channels.voice.asterisk_trace import Trace
from router.errors import Malformed
from router.model.cloudevents import decoded
from router.model.event import Event
from router.ports import Account, Reply, Request, Setting

_JSON = (b"{", b"[")


class Asterisk:
    """The adapter: who posts to its hook brings the account's password by Basic authentication."""

    unverified_status = 401
    settings = (
        Setting("secret", "password of who posts, and of the manager interface", unless="ari_url"),
        Setting("user", "user of who posts, where one is to be asked for"),
        Setting("region", "country whose numbers are written without a code, `DE`"),
        Setting("internal_contexts", "contexts of our own telephones, a list"),
        Setting("agents", "table that names agents by interface, extension or member name"),
    )

    def check(self, account: Account) -> None:
        """See that the interface to listen to, if one is named, is told of whole; ConfigInvalid."""
        login_of(account)

    def verify(self, request: Request, account: Account, now: float) -> None:  # noqa: ARG002 - no time is signed
        """Check the password; raise Unverified."""
        basic_auth.verify(request, account)

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read the body, whichever interface it is of; Malformed where it is of neither."""
        body, trace = request.body.removeprefix(b"\xef\xbb\xbf"), Trace(account)
        if not body.lstrip().startswith(_JSON):
            return _manager(body, trace)
        entries = _entries(body)
        if not any(isinstance(entry, dict) and "type" in entry for entry in entries):
            raise Malformed("the JSON is no event of ARI, nor a list of them")
        return batch.each(
            entries, lambda entry: asterisk_ari.read(trace, entry), account.source, account.provider
        )

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Say that it is kept."""
        return Reply(204)


def _manager(body: bytes, trace: Trace) -> list[Event]:
    blocks = Blocks()
    read = [block.fields for block in (*blocks.feed(body), *blocks.close())]
    if not blocks.banner and not any({"event", "response"} & fields.keys() for fields in read):
        raise Malformed("the body is no stream of Asterisk's manager interface")
    found: dict[str, Event] = {}
    for fields in read:
        for event in trace.read(fields):
            found.setdefault(event.id, event)
    return list(found.values())


def _entries(body: bytes) -> list[object]:
    """Give the entries of an array, of one object, or of one a line; a line that is no JSON is itself."""
    try:
        found = decoded(body)
        return found if isinstance(found, list) else [found]
    except Malformed:
        lines = [line for line in body.splitlines() if line.strip()]
        if len(lines) <= 1:
            raise
        return [_line(line) for line in lines]


def _line(line: bytes) -> object:
    try:
        return decoded(line)
    except Malformed:
        return line.decode("utf-8", "replace")
