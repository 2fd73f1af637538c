"""Mastodon: notifications of an account of ours, as its API gives them and as its streams tell them.

A body is a notification or an array of them (``GET /api/v1/notifications``), a message of the WebSocket, or
the lines of an event stream; all are described at docs.joinmastodon.org (entities, streaming). Webhooks
(``X-Hub-Signature``) are for administrators; they verify, and make no event.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from channels import batch, body_signature, wire
from channels.social import mastodon_note
from router.errors import Malformed
from router.model.cloudevents import decoded
from router.model.event import Event
from router.ports import Account, Reply, Request, Setting

_MOST_LINES = 10_000
_STREAM = (b"event:", b"data:", b":")


class Mastodon:
    """The adapter."""

    unverified_status = 401
    settings = (
        Setting("secret", "secret of the webhook, or shared with who posts"),
        Setting("ours", "our own accounts, `user@host`, a list"),
    )

    def verify(self, request: Request, account: Account, now: float) -> None:  # noqa: ARG002 - no time is signed
        """Check ``X-Hub-Signature``, HMAC-SHA256; raise Unverified."""
        body_signature.verify(request, "X-Hub-Signature", account.secret or "")

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read the body; Malformed where it is none of the forms."""
        entries = list(_entries(request.body))
        return batch.each(entries, partial(mastodon_note.read, account), account.source, "mastodon")

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Say 200."""
        return Reply(200)


def _entries(body: bytes) -> Iterator[object]:
    """Give the stream events and notifications of a body, each as an object."""
    if body.lstrip().startswith(_STREAM):
        yield from _streamed(body)
        return
    found = decoded(body)
    if isinstance(found, list):
        yield from found
    elif wire.text(found, "event") or wire.text(found, "type"):
        yield found
    else:
        raise Malformed("there is no type and no event: it is not Mastodon's")


def _streamed(body: bytes) -> Iterator[object]:
    """Read ``event:`` and ``data:`` lines (server-sent events); lines with a colon first keep it alive."""
    event = ""
    for line in body.decode("utf-8", "replace").split("\n")[:_MOST_LINES]:
        name, _, value = line.partition(":")
        if name == "event":
            event = value.strip()
        elif name == "data" and event:
            yield {"event": event, "payload": value.strip()}
            event = ""
