"""Comments on posts of a page and on media of an Instagram account: said in public, answered as a message.

Likes, shares and news of the page itself are no conversation and make no event.
"""

from __future__ import annotations

from typing import Any

from channels import batch, wire
from channels.fit import SHORT, TEXT, fit
from channels.social.meta_page_talk import Surface, Talk
from channels.wire import Table
from router.model.event import Event, Kind
from router.model.handle import Party

_INSTAGRAM = frozenset({"comments", "live_comments"})
_SAID = frozenset({"comment", "post", "status", "photo", "video", "share"})
_VERBS: dict[str, Kind] = {
    "add": "message",
    "edited": "edit",
    "edit": "edit",
    "remove": "delete",
    "hide": "delete",
}


def read(value: object, field: str, account: str, surface: Surface, source: str) -> list[Event]:
    """Read the value of a change; what is no comment makes no event."""
    told = wire.table(value)
    at = {"timestamp": wire.value(told, "created_time") or wire.value(told, "timestamp")}
    by = {"sender": wire.table(told, "from"), "recipient": {"id": account}}
    talk = Talk.of(at | by, account, surface, source)
    if field in _INSTAGRAM:
        return [_comment(told, talk, wire.name(told, "id"), wire.name(told, "media", "id"), "add")]
    item, verb = wire.name(told, "item"), wire.name(told, "verb")
    if field != "feed" or item not in _SAID or verb not in _VERBS:
        return []
    post = wire.name(told, "post_id")
    return [_comment(told, talk, wire.name(told, "comment_id") or post, post, verb)]


def _comment(told: Table, talk: Talk, comment: str, post: str, verb: str) -> Event:
    kind, comment = _VERBS[verb], batch.native({"id": comment}, "id")
    ours = wire.name(told, "from", "id") == talk.page
    text = wire.text(told, "message") or wire.text(told, "text")
    parent = fit(wire.name(told, "parent_id"))
    fields: dict[str, Any] = {"parents": [parent] if parent and parent != post else []}
    if kind != "message":
        fields = {"target": fit(comment)}
    customer = talk.customer if not ours else None
    name = fit(wire.text(told, "from", "name") or wire.text(told, "from", "username"), SHORT)
    return talk.event(
        comment if kind == "message" else f"{comment}:{verb}:{talk.stamp}",
        medium=talk.surface.comments,
        kind=kind,
        direction="out" if ours else "in",
        author="agent" if ours else "customer",
        customer=Party(customer.type, customer.value, name) if customer else None,
        thread=fit(f"{talk.surface.comments}:{post}") if post else None,
        text=None if kind == "delete" else fit(text, TEXT),
        flags=[] if text or kind == "delete" else ["unsupported"],
        attrs={"public": True},
        **fields,
    )
