"""A message on Slack: as it is said, edited and deleted; each of these comes as a message with a subtype.

One message may come as two events, ``message`` and ``app_mention``: it is known by its ``ts``, not by the id
of the event.
"""

from __future__ import annotations

from typing import Any

from channels import media, wire
from channels.chat.slack_posted import Posted
from channels.chat.slack_text import plain
from channels.fit import LINE, SHORT, TEXT, URL, fit, overlong
from channels.wire import Table
from router.model.event import Attachment, Event

_MOST_FILES = 100
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


def message(told: Table, posted: Posted) -> list[Event]:
    """Read a message, or what became of one; news of the channel make no event."""
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
            thread=posted.thread(told),
            text=fit(text, TEXT),
            text_full=overlong(text),
            attachments=files,
            parents=[posted.message(parent)[:LINE]] if parent not in {"", ts} else [],
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


def _about(told: Table, posted: Posted, earlier: Table, ts: str, **fields: Any) -> Event:
    """Make an event about an earlier message, known by when it happened to that message."""
    at = wire.name(told, "event_ts") or wire.name(told, "ts")
    target = posted.message(ts)
    return posted.event(
        f"{target}:{fields['kind']}:{at}",
        at,
        customer=posted.party(earlier),
        thread=posted.thread(earlier, ts),
        target=fit(target),
        **fields,
    )


def _files(told: Table) -> list[Attachment]:
    """Read the files; their addresses need the token of the app, and some are only promised."""
    return [
        Attachment(
            kind=media.kind_of(wire.name(one, "mimetype")),
            mime=fit(wire.text(one, "mimetype"), SHORT),
            name=fit(wire.text(one, "name") or wire.text(one, "title")),
            size=max(wire.whole(one, "size") or 0, 0) or None,
            url=fit(wire.text(one, "url_private_download") or wire.text(one, "url_private"), URL),
            content_id=fit(wire.name(one, "id")),
            fetch="bearer",
        )
        for one in wire.tables(told, "files")[:_MOST_FILES]
    ]
