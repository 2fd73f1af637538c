"""Sinch: two ways of signing, times that are nearly ISO, and callbacks that nobody has described yet."""

from __future__ import annotations

import base64
import hmac
import time
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sms.sinch import Sinch
from router.errors import Malformed, Unverified
from router.model.event import Event
from router.ports import Account, Request

SECRET = "a-secret-of-sinch"
HOOK = "https://contact.example.com/v1/hooks/sms/sinch/main"
NOW = 1_772_445_600
ADAPTER = Sinch()
ACCOUNT = Account("sms", "sinch", "main", secret=SECRET)
NAME = "x-sinch-webhook-signature"


def signed(body: bytes, stamp: str = str(NOW), **headers: str) -> Request:
    """Sign as the Conversation and SMS APIs do."""
    base = body + b".nonce." + stamp.encode()
    code = base64.b64encode(hmac.new(SECRET.encode(), base, "sha256").digest()).decode()
    told = {NAME: code, f"{NAME}-nonce": "nonce", f"{NAME}-timestamp": stamp}
    return Request("POST", HOOK, told | headers, body)


def read(found: dict[str, Any]) -> list[Event]:
    """Read a callback."""
    return list(ADAPTER.parse(Request("POST", HOOK, {}, msgspec.json.encode(found)), ACCOUNT, NOW))


@given(body=st.binary(max_size=100))
def test_what_sinch_signs_holds(body: bytes) -> None:
    """Any body; another one does not."""
    ADAPTER.verify(signed(body), ACCOUNT, NOW)
    ADAPTER.verify(signed(body, **{f"{NAME}-algorithm": "HmacSHA256"}), ACCOUNT, NOW)
    with pytest.raises(Unverified):
        ADAPTER.verify(Request("POST", HOOK, signed(body).headers, body + b" "), ACCOUNT, NOW)


@pytest.mark.parametrize("stamp", [str(NOW - 301), str(NOW + 301), "", "x", "-1", "9" * 40, "1e3"])
def test_another_time_does_not_hold(stamp: str) -> None:
    """Five minutes either way."""
    with pytest.raises(Unverified):
        ADAPTER.verify(signed(b"{}", stamp), ACCOUNT, NOW)


def test_another_algorithm_does_not_hold() -> None:
    """Nor another nonce."""
    for more in ({f"{NAME}-algorithm": "HmacSHA1"}, {f"{NAME}-nonce": "other"}):
        with pytest.raises(Unverified):
            ADAPTER.verify(signed(b"{}", **more), ACCOUNT, NOW)


def test_numbers_are_signed_in_their_own_way() -> None:
    """By SHA-1 of the body, in hexadecimal; it does not help to send both, the stronger one counts."""
    body = b'{"eventId":"1"}'
    code = hmac.new(SECRET.encode(), body, "sha1").hexdigest()
    ADAPTER.verify(Request("POST", HOOK, {"x-sinch-signature": code.upper()}, body), ACCOUNT, NOW)
    for headers in ({"x-sinch-signature": code[:-1]}, {"x-sinch-signature": code, NAME: "x"}):
        with pytest.raises(Unverified):
            ADAPTER.verify(Request("POST", HOOK, headers, body), ACCOUNT, NOW)


def test_every_word_of_state_is_known_or_kept() -> None:
    """A state that Sinch will invent is told as it is, with no rank."""
    told = {"type": "recipient_delivery_report_sms", "batch_id": "b", "recipient": "447700900118"}
    words = [
        "Queued",
        "Dispatched",
        "Delivered",
        "Aborted",
        "Cancelled",
        "Rejected",
        "Deleted",
        "Failed",
        "Expired",
    ]
    found = [read(told | {"status": word})[0].status for word in words]
    assert found == ["queued", "sent", "delivered", *["failed"] * 6]
    (event,) = read(told | {"status": "Teleported"})
    assert (event.status, event.attrs["message_status"]) == (None, "teleported")


@given(
    part=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "contact_message",
                        "channel_identity",
                        "channel",
                        "identity",
                        "id",
                        "status",
                        "text_message",
                        "text",
                        "contact_id",
                        "reason",
                        "contact_event",
                        "statuses",
                        "recipients",
                        "body",
                        "media",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    ),
    name=st.sampled_from(
        [
            "message",
            "event",
            "message_delivery_report",
            "opt_in_notification",
            "contact_merge_notification",
            "hologram_notification",
        ]
    ),
)
def test_no_callback_breaks_it(part: object, name: str) -> None:
    """Whatever lies under a known name, and whatever under an unknown one."""
    for found in (
        {"app_id": "a", name: part},
        {"type": "mo_text", "id": "1", "body": part},
        {"type": "delivery_report_sms", "statuses": part},
    ):
        for event in read(found):
            assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event


def test_a_callback_of_a_thousand_parts_is_refused() -> None:
    """A real one has one; each would be hashed with all the others."""
    body = b'{"app_id":"a",' + b",".join(b'"part_%d":{}' % n for n in range(60_000)) + b"}"
    begun = time.process_time()
    with pytest.raises(Malformed):
        ADAPTER.parse(Request("POST", HOOK, {}, body), ACCOUNT, NOW)
    assert time.process_time() - begun < 2


def test_a_report_without_a_batch_is_told_apart_by_its_hash() -> None:
    """Which is taken once, however many recipients it has."""
    people = [f"4477009{n:05}" for n in range(5_000)]
    told = {"type": "delivery_report_sms", "statuses": [{"status": "Delivered", "recipients": people}]}
    begun = time.process_time()
    assert len({event.id for event in read(told)}) == len(people)
    assert time.process_time() - begun < 2
