"""Twilio recordings: a voicemail the caller left, its transcript, or a recorded call.

The fields are described at twilio.com/docs/voice/twiml/record.
"""

from __future__ import annotations

import msgspec

from channels.fit import SHORT, TEXT, URL, YEAR_S, fit, number
from channels.twilio_form import Fields
from router.model.event import Attachment, Attribute, Event, fit_id


def is_recording(fields: Fields) -> bool:
    """Tell whether the form speaks of a recording, not of the call it belongs to.

    The last report of a recorded call names its recording too, and so does the end of a dialled leg.
    """
    named = bool(fields.get("RecordingSid") or fields.get("RecordingUrl"))
    return named and not ({"CallbackSource", "SequenceNumber", "DialCallStatus"} & fields.keys())


def read(fields: Fields, call: Event) -> list[Event]:
    """Read the form into events; ``call`` is the call as the form tells of it.

    A recording under way, one that failed, and a transcript that did not come make no event.
    """
    sid = fit((fields.get("RecordingSid") or "").strip()) or f"{call.thread}:recording"
    if "TranscriptionStatus" in fields or "TranscriptionText" in fields:
        return _transcript(fields, call, sid)
    if fields.get("RecordingStatus", "completed") != "completed":
        return []
    return [_recording(fields, call, sid)]


def _recording(fields: Fields, call: Event, sid: str) -> Event:
    voicemail = fields.get("RecordingSource", "RecordVerb") == "RecordVerb"
    attrs: dict[str, Attribute] = {"recording": sid}
    if source := fit(fields.get("RecordingSource"), SHORT):
        attrs["recording_source"] = source
    return msgspec.structs.replace(
        call,
        id=fit_id(sid),
        provider_event_id=fit(sid),
        kind="voicemail" if voicemail else "system",
        direction="in" if voicemail else call.direction,
        author="customer" if voicemail else "system",
        duration_s=number(fields.get("RecordingDuration"), 0, YEAR_S),
        attachments=[_audio(fields)],
        status=None,
        flags=[],
        attrs=attrs,
    )


def _audio(fields: Fields) -> Attachment:
    return Attachment(kind="audio", url=fit(fields.get("RecordingUrl"), URL), fetch="basic")


def _transcript(fields: Fields, call: Event, sid: str) -> list[Event]:
    """Give the transcript as the newer text of the voicemail it was made from."""
    text = fit(fields.get("TranscriptionText"), TEXT)
    if text is None:
        return []
    own = fit((fields.get("TranscriptionSid") or "").strip()) or f"{sid}:transcript"
    return [
        msgspec.structs.replace(
            call,
            id=fit_id(own),
            provider_event_id=fit(own),
            kind="edit",
            author="system",
            target=fit(sid),
            text=text,
            status=None,
            flags=[],
            attrs={},
        )
    ]
