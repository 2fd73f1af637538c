"""The events of Slack: messages, their edits and deletions, reactions, and who came and went.

``ts``, "seconds.microseconds", is the time of a message and, with its channel, its id. One message may come
as two events, ``message`` and ``app_mention``: it is known by its ``ts``, not by the id of the event.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from channels import wire
from channels.chat.slack_text import plain
from channels.fit import SHORT, TEXT, TEXT_FULL, fit
from channels.wire import Table
from router.model.event import Attachment, Event, Flag, fit_id
from router.model.handle import Party

_TS = re.compile(r"([0-9]{1,10})\.([0-9]{1,6})", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_FILES = 100
_SLACKBOT = "USLACKBOT"
_SAID = frozenset({"", "file_share", "thread_broadcast", "me_message"})
_NEWS = frozenset({
    "assistant_app_thread", "bot_add", "bot_disable", "bot_enable", "bot_message", "bot_remove",
    "channel_archive", "channel_canvas_updated", "channel_convert_to_private", "channel_join",
    "channel_leave", "channel_name", "channel_posting_permissions", "channel_purpose", "channel_topic",
    "channel_unarchive", "document_mention", "ekm_access_denied", "file_comment", "file_mention",
    "group_archive", "group_join", "group_leave", "group_name", "group_purpose", "group_topic",
    "group_unarchive", "huddle_thread", "joiner_notification", "joiner_notification_for_inviter",
    "message_replied", "pinned_item", "reminder_add", "reply_broadcast", "sh_room_created",
    "slackbot_response", "tabbed_canvas_updated", "tombstone", "unpinned_item",
})  # fmt: skip
"""Subtypes of a message in which nobody says anything to us."""


class Posted(NamedTuple):
    """An event as it came: its envelope, and whether Slack tells it again."""

    envelope: Table
    source: str
    again: bool

    @property
    def team(self) -> str:
        """The workspace in which it happened; where an app is installed for a company, the company."""
        ids = (self.envelope.get("team_id"), wire.value(self.envelope, "event", "team"))
        return next(
            (one for one in (*ids, self.envelope.get("enterprise_id")) if isinstance(one, str) and one), ""
        )

    def message(self, ts: str) -> str:
        """Name a message of the channel by its ``ts``."""
        return f"{self.team}/{self.channel}/{ts}"

    @property
    def channel(self) -> str:
        """The channel, group or direct conversation."""
        told = wire.table(self.envelope, "event")
        return wire.name(told, "channel") or wire.name(told, "item", "channel")

    def party(self, told: Table) -> Party | None:
        """Name who did it, in the scope of their own workspace: a shared channel has people of several."""
        home, user = "", wire.name(told, "user")
        if self.envelope.get("is_ext_shared_channel") is True:
            home = wire.name(told, "user_team") or wire.name(told, "source_team") or wire.name(told, "team")
        value = fit(f"{home or self.team}/{user}", 512)
        return Party("slack", value) if user and value else None

    def by_bot(self, told: Table) -> bool:
        """Tell what a bot did, ours among them: to answer it would be a loop."""
        user = wire.name(told, "user")
        ours = {
            wire.name(one, "user_id")
            for one in wire.tables(self.envelope, "authorizations")
            if one.get("is_bot") is True
        }
        return bool(
            wire.name(told, "bot_id") or wire.table(told, "bot_profile") or user in {_SLACKBOT, *ours}
        )

    def event(self, native: str, at: str, **fields: Any) -> Event:
        """Make an event; ``native`` is our id of it, beside Slack's id of this delivery."""
        told = {"direction": "in", "author": "customer"} | fields
        flags: list[Flag] = ["redelivery"] if self.again else []
        return Event(
            id=fit_id(native),
            source=self.source,
            channel="chat",
            medium="slack",
            occurred_at=_time(at),
            provider="slack",
            provider_event_id=fit(wire.name(self.envelope, "event_id")) or fit(native),
            to=fit(self.channel),
            flags=[*flags, *told.pop("flags", [])],
            **told,
        )


def read(envelope: Table, source: str, *, again: bool) -> list[Event]:
    """Read an envelope; what is not of a conversation, and what bots say, makes no event."""
    told = wire.table(envelope, "event")
    reader = _READERS.get(wire.name(told, "type"))
    posted = Posted(envelope, source, again)
    return reader(told, posted) if reader and posted.channel and not posted.by_bot(told) else []


def _message(told: Table, posted: Posted) -> list[Event]:
    subtype = wire.name(told, "subtype")
    if subtype == "message_changed":
        return _changed(told, posted)
    if subtype == "message_deleted":
        return _deleted(told, posted, wire.table(told, "previous_message"), wire.name(told, "deleted_ts"))
    if subtype in _NEWS or not (wire.name(told, "user") and wire.name(told, "ts")):
        return []
    ts, said = wire.name(told, "ts"), wire.text(told, "text")
    text, files = plain(said) if said else None, _files(told)
    readable = subtype in _SAID and (text or files)
    parent = wire.name(told, "thread_ts")
    return [
        posted.event(
            posted.message(ts),
            ts,
            kind="message",
            customer=posted.party(told),
            thread=_thread(told, posted),
            text=fit(text, TEXT),
            text_full=fit(text, TEXT_FULL) if text and len(text) > TEXT else None,
            attachments=files,
            parents=[posted.message(parent)[:1024]] if parent not in {"", ts} else [],
            flags=[] if readable else ["unsupported"],
            attrs={"subtype": fit(subtype, SHORT)} if subtype else {},
        )
    ]


def _changed(told: Table, posted: Posted) -> list[Event]:
    """Read an edit; Slack also tells so when it unfolds a link, or a message with replies is deleted."""
    new, old = wire.table(told, "message"), wire.table(told, "previous_message")
    ts = wire.name(new, "ts") or wire.name(old, "ts")
    if wire.name(new, "subtype") == "tombstone":
        return _deleted(told, posted, old or new, ts)
    same = bool(old) and new.get("text") == old.get("text") and new.get("files") == old.get("files")
    if not ts or same or posted.by_bot(new) or wire.name(new, "subtype") in _NEWS:
        return []
    said = wire.text(new, "text")
    return [_about(told, posted, new, ts, kind="edit", text=fit(plain(said), TEXT) if said else None)]


def _deleted(told: Table, posted: Posted, old: Table, ts: str) -> list[Event]:
    if not ts or posted.by_bot(old) or wire.name(old, "subtype") in _NEWS:
        return []
    return [_about(told, posted, old, ts, kind="delete")]


def _about(told: Table, posted: Posted, message: Table, ts: str, **fields: Any) -> Event:
    """Make an event about an earlier message, known by when it happened to that message."""
    at = wire.name(told, "event_ts") or wire.name(told, "ts")
    target = posted.message(ts)
    return posted.event(
        f"{target}:{fields['kind']}:{at}",
        at,
        customer=posted.party(message),
        thread=_thread(message, posted, ts),
        target=fit(target),
        **fields,
    )


def _reaction(told: Table, posted: Posted) -> list[Event]:
    ts, user, emoji = wire.name(told, "item", "ts"), wire.name(told, "user"), wire.name(told, "reaction")
    if not ts or not user:
        return []
    removed = wire.name(told, "type") == "reaction_removed"
    at, target = wire.name(told, "event_ts"), posted.message(ts)
    return [
        posted.event(
            f"{target}:{told['type']}:{user}:{emoji}:{at}",
            at,
            kind="reaction_removed" if removed else "reaction",
            customer=posted.party(told),
            target=fit(target),
            text=None if removed else fit(emoji),
            payload=fit(emoji) if removed else None,
        )
    ]


def _member(told: Table, posted: Posted) -> list[Event]:
    user, at = wire.name(told, "user"), wire.name(told, "event_ts")
    return [
        posted.event(
            f"{posted.message(at)}:{told['type']}:{user}",
            at,
            kind="participant",
            direction="internal",
            customer=posted.party(told),
            attrs={"type": fit(wire.text(told, "type"))},
        )
    ]


def _files(told: Table) -> list[Attachment]:
    """Read the files; their addresses need the token of the app, and some are only promised."""
    return [
        Attachment(
            kind=_sort(wire.name(one, "mimetype")),
            mime=fit(wire.text(one, "mimetype"), SHORT),
            name=fit(wire.text(one, "name") or wire.text(one, "title")),
            size=max(wire.whole(one, "size") or 0, 0) or None,
            url=fit(wire.text(one, "url_private_download") or wire.text(one, "url_private"), 4096),
            content_id=fit(wire.name(one, "id")),
            fetch="bearer",
        )
        for one in wire.tables(told, "files")[:_MOST_FILES]
    ]


def _sort(mime: str) -> str:
    major = mime.partition("/")[0]
    return major if major in {"image", "audio", "video"} else "file"


def _thread(message: Table, posted: Posted, ts: str = "") -> str | None:
    root = wire.name(message, "thread_ts") or wire.name(message, "ts") or ts
    return fit(f"slack:{posted.message(root)}")


def _time(ts: str) -> datetime | None:
    found = _TS.fullmatch(ts)
    if found is None:
        return None
    return _EPOCH + timedelta(seconds=int(found[1]), microseconds=int(found[2].ljust(6, "0")))


_READERS: Mapping[str, Callable[[Table, Posted], list[Event]]] = {
    "message": _message, "app_mention": _message, "reaction_added": _reaction,
    "reaction_removed": _reaction, "member_joined_channel": _member, "member_left_channel": _member,
}  # fmt: skip
