"""Whose a message is, by carrier and address."""

from __future__ import annotations

import pytest

from channels.carried import Carried
from channels.carriers import ends, number, plus
from channels.fit import TEXT
from channels.ours import is_ours
from router.ports import Account


@pytest.mark.parametrize(
    ("carrier", "theirs", "ours", "told"),
    [
        ("sms", "447700900118", "442079460007", ("sms", "sms", "+442079460007", "tel:+447700900118")),
        ("MMS", "+447700900118", "60777", ("sms", "sms", "60777", "tel:+447700900118")),
        ("rcs", "447700900118", "Shop", ("sms", "rcs", "Shop", "tel:+447700900118")),
        ("WHATSAPP", "00447700900118", "1", ("social", "whatsapp", "1", "tel:+447700900118")),
        ("viber_service_msg", "447700900118", "Shop", ("social", "viber", "Shop", "tel:+447700900118")),
        ("messenger", "4510055", "1070830", ("social", "messenger", "1070830", "psid:1070830/4510055")),
        ("instagram", "9", "8", ("social", "instagram", "8", "igsid:8/9")),
        ("telegram", "77", None, ("social", "telegram", None, "telegram:77")),
        (
            "email",
            "ada@example.org",
            "help@shop.example",
            ("email", "email", "help@shop.example", "mailto:ada@example.org"),
        ),
        ("sms", "anonymous", "442079460007", ("sms", "sms", "+442079460007", "None")),
        ("messenger", "", "1070830", ("social", "messenger", "1070830", "None")),
        ("pigeon", "447700900118", None, ("chat", "pigeon", None, "tel:+447700900118")),
        ("a b!", "", None, ("chat", "other", None, "None")),
    ],
)
def test_the_channel_follows_the_handle(
    carrier: str, theirs: str, ours: str | None, told: tuple[str, ...]
) -> None:
    """Not who carries it; an id that counts within a page names the page."""
    found = ends(carrier, theirs, ours)
    handle = str(found.customer.handle) if found.customer else "None"
    assert (found.channel, found.medium, found.ours, handle) == told


def test_a_thread_has_two_ends() -> None:
    """Without one of them there is none."""
    assert ends("sms", "447700900118", "442079460007").thread == "sms:+442079460007:tel:+447700900118"
    assert ends("sms", "447700900118", None).thread is None
    assert ends("sms", "unknown", "442079460007").thread is None


def test_what_is_carried_names_both_ends_and_the_thread() -> None:
    """A message, a report on one of ours and a STOP are of one conversation, and each of an id of its own."""
    carried = Carried("vonage", "vonage:main", ends("sms", "447700900118", "60777"))
    told = [
        carried.message("m1", "a" * (TEXT + 1)),
        carried.report("m2:failed", "m2", status="failed"),
        carried.stopped("m2", None),
    ]
    assert {(one.thread, one.to, str(one.customer and one.customer.handle)) for one in told} == {
        ("sms:60777:tel:+447700900118", "60777", "tel:+447700900118")
    }
    assert [(one.id, one.kind, one.direction, one.target) for one in told] == [
        ("m1", "message", "in", None),
        ("m2:failed", "status", "out", "m2"),
        ("m2:opt_out", "opt_out", "in", "m2"),
    ]
    assert [len(told[0].text or ""), len(told[0].text_full or "")] == [TEXT, TEXT + 1]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("447700900118", "+447700900118"),
        ("07700900118", "07700900118"),
        ("60777", "60777"),
        (None, None),
        ("Bank", "Bank"),
    ],
)
def test_a_plus_stands_only_before_a_country(written: str | None, read: str | None) -> None:
    """What begins with a zero has none, and what is short is no number of a country."""
    assert plus(written) == read


def test_a_short_code_and_a_name_are_no_numbers() -> None:
    """They are what they are."""
    assert [str(number(one)) for one in ("60777", "Bank", "")] == ["shortcode:60777", "alnum:Bank", "None"]


@pytest.mark.parametrize(
    ("ours", "who", "told"),
    [
        (["agent-*", "bot"], "agent-7", True),
        (["agent-*"], "Agent-7", False),
        ("bot", "bot", True),
        (None, "bot", False),
        (["*"], "", False),
        ([7], "7", True),
    ],
)
def test_ours_are_those_the_account_names(ours: object, who: str, told: bool) -> None:
    """By name or pattern; without the setting nobody is, and nobody is nobody's."""
    assert is_ours(Account("chat", "x", "main", settings={"ours": ours}), who) is told
