"""Timelines as JSON lines: the short form, the full form, both in one, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import json

from router.errors import Invalid, Malformed, RouterError
from router.policy.journey import answer_line

MAIL = {
    "t": "2026-05-04T08:00:00Z",
    "channel": "email",
    "direction": "in",
    "kind": "message",
    "issue": "parcel",
}
REPLY = {**MAIL, "t": "2026-05-04T09:00:00Z", "direction": "out"}
FULL = {
    "id": "m1",
    "source": "imap:main",
    "channel": "email",
    "kind": "message",
    "direction": "in",
    "author": "customer",
    "occurred_at": "2026-05-06T08:00:00Z",
    "issue": ["parcel"],
}


def line(*events: Any, **more: Any) -> bytes:
    """Write a line."""
    return json.encode(
        {"name": "n", "window_days": 7, "as_of": "2026-06-20T00:00:00Z", "events": events, **more}
    )


def answer(*events: Any, **more: Any) -> Any:
    """Answer a line."""
    return json.decode(answer_line(line(*events, **more)))["answer"]


def test_an_answer_has_every_field() -> None:
    """The name comes back; the answer is whole, times in RFC 3339."""
    found = json.decode(answer_line(line(MAIL, REPLY, as_of="2026-05-05T00:00:00Z")))
    assert list(found) == ["name", "answer"]
    assert found["name"] == "n"
    assert found["answer"] == {
        "contacts": 1,
        "attempts": 1,
        "episodes": 1,
        "switches_customer": 0,
        "switches_company": 0,
        "transfers": 0,
        "escalations": 0,
        "handoffs": 0,
        "fcr": None,
        "provisional": True,
        "reason": "window_open",
        "one_touch": None,
        "contained": None,
        "recovered": False,
        "fcr_single_channel": None,
        "final_at": "2026-05-11T09:00:00Z",
        "matrix": {},
        "nca": None,
        "fcr_by_episode": [None],
        "by_episode": [
            {
                "issue": "parcel",
                "first_channel": "email",
                "contacts": 1,
                "attempts": 1,
                "switches_customer": 0,
                "switches_company": 0,
                "transfers": 0,
                "escalations": 0,
                "handoffs": 0,
                "reopens": 0,
                "touches": 1,
                "fcr": None,
                "provisional": True,
                "reason": "window_open",
                "fcr_single_channel": None,
                "matrix": {},
                "one_touch": None,
                "contained": None,
                "recovered": False,
                "final_at": "2026-05-11T09:00:00Z",
            }
        ],
    }


def test_both_forms_may_stand_in_one_line() -> None:
    """A full event continues a short timeline: back after two days by mail."""
    assert answer(MAIL, REPLY, FULL)["reason"] == "repeat"


def test_full_events_tell_calls_in_parts() -> None:
    """Entries of one thread are one call."""
    part = {**FULL, "channel": "voice", "kind": "call", "thread": "CA1", "issue": None}
    call = [
        {**part, "id": "a", "status": "offered", "occurred_at": "2026-05-04T08:00:00Z"},
        {**part, "id": "b", "status": "answered", "agent": "ada", "occurred_at": "2026-05-04T08:01:00Z"},
        {**part, "id": "c", "status": "ended", "occurred_at": "2026-05-04T08:09:00Z"},
    ]
    assert answer(*call)["attempts"] == 1
    assert answer(*call, as_of="2026-05-05T00:00:00Z")["final_at"] == "2026-05-11T08:09:00Z"


def test_flags_may_be_booleans_or_listed() -> None:
    """Either way an acknowledgement is one."""
    for flag in ({"ack": True}, {"flags": ["ack"]}):
        assert answer(MAIL, REPLY, {**MAIL, "t": "2026-05-05T08:00:00Z", **flag})["contacts"] == 1


def test_the_short_form_of_calls_and_bots() -> None:
    """Minutes or seconds of duration; an inbound call nobody answered is an abandon; a bot may author."""
    call = {**MAIL, "channel": "voice", "kind": "call"}
    early = {"as_of": "2026-05-05T00:00:00Z"}
    for lasted in ({"dur_min": 5}, {"duration_s": 300}):
        assert answer({**call, **lasted}, **early)["final_at"] == "2026-05-11T08:05:00Z"
    assert answer({**call, "answered": False})["reason"] == "unserved"
    assert answer(MAIL, {**REPLY, "author": "bot"})["contained"] is True


def test_merges_name_from_and_into() -> None:
    """Short form: at the top; full form: in ``merge``; a customer may be a name or a handle."""
    other = {**MAIL, "t": "2026-05-05T08:00:00Z", "customer": "c2"}
    merge = {"t": "2026-05-07T08:00:00Z", "kind": "identity_merge", "from": "c2", "into": "tel:+3120"}
    mine = {**MAIL, "customer": {"type": "tel", "value": "+3120"}}
    assert answer(mine, other)["episodes"] == 2
    assert answer(mine, other, merge)["episodes"] == 1


def test_the_end_of_time_is_a_time() -> None:
    """A window that would close after the year 9999 closes at its end."""
    late = {**MAIL, "t": "9999-12-30T08:00:00Z"}
    found = answer(late, {**late, "direction": "out"}, as_of="9999-12-31T00:00:00Z")
    assert found["final_at"].startswith("9999-12-31T23:59:59")


def test_a_line_may_bring_its_settings() -> None:
    """``config`` lays over the defaults, tables label by label; without a window it is the setting's."""
    chat = [{**MAIL, "channel": "chat", "t": f"2026-05-04T08:{minute}:00Z"} for minute in ("00", "50")]
    assert answer(*chat)["contacts"] == 2
    assert answer(*chat, config={"pre_gap_min": {"chat": 60}})["contacts"] == 1
    assert answer(MAIL, {**MAIL, "t": "2026-05-05T08:00:00Z", "issue": None}, config={"unknown": "new"})
    late = {**MAIL, "t": "2026-05-20T08:00:00Z"}
    short = json.decode(line(MAIL, REPLY, late, config={"window_days": 20}))
    del short["window_days"]
    assert json.decode(answer_line(json.encode(short)))["answer"]["episodes"] == 1


@pytest.mark.parametrize(
    ("bad", "error", "named"),
    [
        (b"{", Malformed, "JSON"),
        (b"\xff\xfe", Malformed, "JSON"),
        (b"[]", Invalid, "object"),
        (b'{"events": []}', Invalid, "as_of"),
        (line(as_of="yesterday"), Invalid, "as_of"),
        (line(window_days=0), Invalid, "window_days"),
        (line({**MAIL, "kind": "smoke"}), Invalid, "events[0].kind"),
        (line(MAIL, {**MAIL, "t": "2026-05-04T08:00:00"}), Invalid, "events[1].t"),
        (line({**MAIL, "akc": True}), Invalid, "akc"),
        (line({**MAIL, "issue": 7}), Invalid, "events[0].issue"),
        (line({**FULL, "channel": "pigeon"}), Invalid, "events[0].channel"),
        (line({key: value for key, value in FULL.items() if key != "occurred_at"}), Invalid, "occurred_at"),
        (line(MAIL, config={"unknown": "maybe"}), Invalid, "config.unknown"),
        (line(MAIL, config={"colour": 1}), Invalid, "colour"),
    ],
)
def test_a_bad_line_is_refused_by_the_name_of_its_field(
    bad: bytes, error: type[RouterError], named: str
) -> None:
    """What is refused says which field and why."""
    with pytest.raises(error) as caught:
        answer_line(bad)
    assert named in caught.value.detail
    assert caught.value.detail.endswith(".")
