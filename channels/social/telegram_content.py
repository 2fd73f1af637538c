"""What a Telegram message says. It has no type: what it carries tells, and what came later we cannot show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from channels import wire
from channels.fit import PAYLOAD, SHORT, fit, kept
from channels.wire import Table
from router.model.event import Attachment, Attribute, Flag, Kind, Location
from router.model.handle import Party

_FILES: Mapping[str, str] = {
    "animation": "video", "audio": "audio", "document": "file", "sticker": "sticker", "video": "video",
    "video_note": "video", "voice": "audio", "live_photo": "video",
}  # fmt: skip
_ABOUT = frozenset({
    "author_signature", "business_connection_id", "caption", "caption_entities", "chat", "date",
    "direct_messages_topic", "edit_date", "effect_id", "entities", "external_reply", "forward_date",
    "forward_from", "forward_from_chat", "forward_from_message_id", "forward_origin",
    "forward_sender_name", "forward_signature", "from", "guest_bot_caller_chat",
    "guest_bot_caller_user", "guest_query_id", "has_media_spoiler", "has_protected_content",
    "is_automatic_forward", "is_from_offline", "is_paid_post", "is_topic_message",
    "link_preview_options", "media_group_id", "message_id", "message_thread_id", "paid_star_count",
    "quote", "receiver_user", "reply_markup", "reply_to_checklist_task_id", "reply_to_message",
    "reply_to_poll_option_id", "reply_to_story", "sender_boost_count", "sender_business_bot",
    "sender_chat", "sender_tag", "show_caption_above_media", "suggested_post_info", "via_bot",
})  # fmt: skip
"""Fields that say something of a message, and are not what it says."""
_MEMBERS = frozenset({"left_chat_member", "new_chat_member", "new_chat_members", "new_chat_participant"})
_NOTES = (
    "boost_added", "channel_chat_created", "chat_background_set", "chat_owner_", "chat_shared",
    "checklist_tasks_", "community_chat_", "connected_website", "delete_chat_photo",
    "direct_message_price_changed", "forum_topic_", "general_forum_topic_", "gift_upgrade_sent",
    "giveaway", "group_chat_created", "managed_bot_created", "message_auto_delete_timer_changed",
    "migrate_", "new_chat_photo", "new_chat_title", "paid_message_price_changed", "passport_data",
    "pinned_message", "poll_option_", "proximity_alert_triggered", "refunded_payment",
    "successful_payment", "suggested_post_", "supergroup_chat_created", "user_shared", "users_shared",
    "video_chat_", "voice_chat_", "write_access_allowed",
)  # fmt: skip
"""Notes of Telegram about the chat, by how their field begins."""


class Content(NamedTuple):
    """What is said; kind participant and system where nobody says anything."""

    kind: Kind
    text: str | None
    payload: str | None
    attachments: list[Attachment]
    location: Location | None
    also: list[Party]
    flags: list[Flag]
    attrs: dict[str, Attribute]


def content(told: Table) -> Content:
    """Read what a message says."""
    fields = told.keys() - _ABOUT
    text, payload = _text(told)
    attachments, location, also = _attachments(told), _location(told), _own_number(told)
    readable = bool(text or payload or attachments or location)
    attrs = _attrs(told)
    kind: Kind = "message"
    if not readable and fields & _MEMBERS:
        kind = "participant"
    elif not readable and any(field.startswith(_NOTES) for field in fields):
        kind, attrs = "system", attrs | {"type": fit(min(fields), SHORT)}
    flags: list[Flag] = ["forwarded"] if {"forward_origin", "forward_date"} & told.keys() else []
    if kind == "message" and not readable:
        flags.append("unsupported")
        attrs |= {"type": fit(min(fields, default=""), SHORT)}
    return Content(kind, text, payload, attachments, location, also, flags, attrs)


def _text(told: Table) -> tuple[str | None, str | None]:
    """Give what is written, and what an app in the chat, a poll or a dice adds to it."""
    text = wire.text(told, "text") or wire.text(told, "caption")
    app = wire.table(told, "web_app_data")
    found = text or wire.text(app, "button_text") or wire.text(told, "poll", "question")
    return found or wire.text(told, "dice", "emoji"), fit(wire.text(app, "data"), PAYLOAD)


def _attachments(told: Table) -> list[Attachment]:
    """Read the files: of a photo the largest of its sizes, of an animation not its copy as a document."""
    sizes = wire.tables(told, "photo")
    photos = [_file(max(sizes, key=lambda size: wire.whole(size, "width") or 0), "image")] if sizes else []
    kinds = [kind for kind in _FILES if kind in told and not (kind == "document" and "animation" in told)]
    files = [_file(wire.table(told, kind), _FILES[kind]) for kind in kinds]
    card = wire.table(told, "contact")
    names = (wire.text(card, "first_name"), wire.text(card, "last_name"))
    cards = [Attachment(kind="contact", name=fit(" ".join(one for one in names if one)))] if card else []
    return [*photos, *files, *cards]


def _file(told: Table, kind: str) -> Attachment:
    """Describe a file by its id; the address Telegram gives for it holds the bot's token and is not kept."""
    return Attachment(
        kind=kind,
        mime=fit(wire.text(told, "mime_type"), SHORT),
        name=fit(wire.text(told, "file_name") or wire.text(told, "emoji")),
        size=max(wire.whole(told, "file_size") or 0, 0) or None,
        content_id=fit(wire.name(told, "file_id")),
        fetch="provider",
    )


def _location(told: Table) -> Location | None:
    venue = wire.table(told, "venue")
    at = wire.table(told, "location") or wire.table(venue, "location")
    label, address = wire.text(venue, "title"), wire.text(venue, "address")
    return wire.place(at.get("latitude"), at.get("longitude"), label, address)


def _own_number(told: Table) -> list[Party]:
    """Give the number of a contact card where it is the sender's own, which Telegram then vouches for."""
    number, owner = wire.name(told, "contact", "phone_number"), wire.name(told, "contact", "user_id")
    own = owner and owner == wire.name(told, "from", "id")
    return (
        [Party("tel", f"+{number.lstrip('+')}", trust="attested")]
        if own and number[:SHORT] == number != ""
        else []
    )


def _attrs(told: Table) -> dict[str, Attribute]:
    return kept({
        "username": wire.name(told, "from", "username"),
        "language": wire.name(told, "from", "language_code"),
        "album": wire.name(told, "media_group_id"),
        "via_bot": wire.name(told, "via_bot", "username"),
        "migrated_to": wire.name(told, "migrate_to_chat_id"),
        "migrated_from": wire.name(told, "migrate_from_chat_id"),
    })  # fmt: skip
