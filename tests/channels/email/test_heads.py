"""Heads: fields, parameters, addresses, dates, ids, charsets, each by itself."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.addresses import mailboxes
from channels.email.charsets import decode
from channels.email.dates import occurred, read_date
from channels.email.fields import Head, cut_head, words
from channels.email.params import read_params
from channels.email.sender import sender, vouched
from channels.email.threads import ids, own_id, parents, thread

NOW = 1_775_000_000.0


@pytest.mark.parametrize(
    ("raw", "fields", "body"),
    [
        (b"Subject: a\r\n b\r\n\r\nc", (("subject", "a b"),), b"c"),
        (b"Subject: a\n\n indented", (("subject", "a"),), b" indented"),
        (b"Subject: a\nno field\nb", (("subject", "a"),), b"no field\nb"),
        (b"Subject: a\nSubject: b\nX-Other: c\n\n", (("subject", "a"),), b""),
        (b"Subject : a", (("subject", "a"),), b""),
        (b"\nbody", (), b"body"),
        (b"", (), b""),
    ],
)
def test_a_head_ends_where_clients_end_it(
    raw: bytes, fields: tuple[tuple[str, str], ...], body: bytes
) -> None:
    """At a blank line, or at a line that is no field; folded lines belong together."""
    assert cut_head(raw) == (Head(fields), body)


def test_a_head_of_too_many_fields_still_ends_at_its_blank_line() -> None:
    """What is beyond the limit is skipped, not taken for the body."""
    head, body = cut_head(b"From: a@b.example\n" + b"x: y\n" * 20_000 + b"\nbody")
    assert (head.first("from"), body) == ("a@b.example", b"body")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?utf-8?q?a=20b?= =?utf-8?b?w6k=?=", "a bé"),
        ("=?utf-8?b?w?=", "=?utf-8?b?w?="),
        ("=?iso-8859-1*en?q?=E9?=", "é"),
        ("=?nonsense?q?=E9?=", "é"),
        ("plain\x00\x1b text", "plain  text"),
    ],
)
def test_encoded_words_decode_or_stay(value: str, text: str) -> None:
    """A broken word is shown as it stands rather than lost."""
    assert words(value) == text


@pytest.mark.parametrize(
    ("field", "params"),
    [
        ('Text/HTML ; Charset="utf-8"', ("text/html", {"charset": "utf-8"})),
        ("a/b; boundary=----=_Part_1.2", ("a/b", {"boundary": "----=_Part_1.2"})),
        ('a/b; name="x;y\\"z"; name=second', ("a/b", {"name": 'x;y"z'})),
        ("a/b; name*=iso-8859-1'en'caf%E9", ("a/b", {"name": "café"})),
        ("a/b; name*1=c; name*0*=utf-8''%C3%A9b", ("a/b", {"name": "ébc"})),
        ("a/b; name*=x; name*0=y", ("a/b", {"name": "x"})),
        ('a/b; name="open', ("a/b", {"name": "open"})),
        (None, ("", {})),
    ],
)
def test_parameters(field: str | None, params: tuple[str, dict[str, str]]) -> None:
    """Quoted, doubled, cut and encoded ones."""
    assert read_params(field) == params


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("ada@X.Example", [("ada@x.example", None)]),
        ('"ceo@bank.example" <evil@thief.example>', [("evil@thief.example", "ceo@bank.example")]),
        ("ceo@bank.example <evil@thief.example>", [("evil@thief.example", "ceo@bank.example")]),
        ("Lovelace, Ada <ada@x.example>", [("ada@x.example", "Ada")]),
        ('"Lovelace, Ada" <ada@x.example>', [("ada@x.example", "Lovelace, Ada")]),
        ("ada@x.example (Ada (of X))", [("ada@x.example", "Ada  of X")]),
        (", a@x.example,, b@x.example,", [("a@x.example", None), ("b@x.example", None)]),
        (
            "team: a@x.example, B <b@x.example>;, c@x.example",
            [("a@x.example", None), ("b@x.example", "B"), ("c@x.example", None)],
        ),
        ("undisclosed-recipients:;", []),
        ("<>", []),
        ("MAILER-DAEMON", []),
        (
            "Pete(A wonderful chap) <pete(his account)@silly.example(his host)>",
            [("pete@silly.example", "Pete")],
        ),
        ("Ada <ada . l @ x . example>", [("ada.l@x.example", "Ada")]),
        ("a b@x.example", []),
        ("<@relay.example,@b.example:ada@x.example>", [("ada@x.example", None)]),
        ('"a b"@x.example', [('"a b"@x.example', None)]),
        ("=?utf-8?q?J=C3=B6?= <j@x.example>", [("j@x.example", "Jö")]),
        ("a@" + "x" * 400, []),
        (None, []),
    ],
)
def test_addresses(value: str | None, found: list[tuple[str, str | None]]) -> None:
    """The address between the brackets counts, and what is no address gives none."""
    read = [(box.address, box.name and " ".join(box.name.split())) for box in mailboxes(value)]
    assert read == [(each, name and " ".join(name.split())) for each, name in found]


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("Mon, 2 Mar 2026 10:00:00 +0100 (CET)", "2026-03-02T09:00:00+00:00"),
        ("2 Mar 2026 10:00:00", "2026-03-02T10:00:00+00:00"),
        ("2 Mar 2026 10:00:00 -0000", "2026-03-02T10:00:00+00:00"),
        ("Mon, 2 Mar 2026 10(ten) :  00  :  00 +0100", "2026-03-02T09:00:00+00:00"),
        ("2026-03-02T10:00:00+01:00", "2026-03-02T09:00:00+00:00"),
        ("Mon, 2 Mar 2026 10:00:00 -03:30", "2026-03-02T13:30:00+00:00"),
        ("Mon, 2 Mar 98 10:00:00 EST", "1998-03-02T15:00:00+00:00"),
    ],
)
def test_dates(value: str, at: str) -> None:
    """Zones, their absence, two digits of year, and the other standard."""
    found = read_date(value)
    assert found is not None
    assert found.isoformat() == at


@pytest.mark.parametrize(
    "value",
    [
        "",
        "<HR>",
        "31 Feb 2026 10:00 +0000",
        "59:10",
        "Mon, 2 Mar 2026 10:00 +9999",
        "0001-01-01T00:00:00+12:00",
        None,
    ],
)
def test_what_is_no_date(value: str | None) -> None:
    """It gives none, and raises nothing."""
    assert read_date(value) is None


def test_a_time_ahead_is_held_back() -> None:
    """A mail of the year 3000 is five minutes ahead of now, and says so; one of 1998 stays."""
    assert occurred("1 Jan 3000 00:00 +0000", None, NOW) == (datetime.fromtimestamp(NOW + 300, UTC), True)
    assert occurred("1 Jan 1998 00:00 +0000", None, NOW) == (datetime(1998, 1, 1, tzinfo=UTC), False)


def test_a_time_ahead_is_when_the_mail_arrived() -> None:
    """The topmost Received knows better than a Date of the year 3000, unless it is ahead too."""
    date, ahead = "1 Jan 3000 00:00 +0000", datetime.fromtimestamp(NOW + 300, UTC)
    assert occurred(date, "by mx; 2 Feb 1998 00:00 +0000", NOW) == (datetime(1998, 2, 2, tzinfo=UTC), True)
    assert occurred(date, "by mx; 1 Jan 2999 00:00 +0000", NOW) == (ahead, True)


def test_ids() -> None:
    """What stands between brackets, each once; an own id may lack them."""
    assert ids("x <a@b> , <c@d><a@b> <e f> <>") == ["a@b", "c@d"]
    assert own_id(Head((("message-id", "bare@x"),))) == "bare@x"
    assert own_id(Head((("message-id", "two words"),))) is None
    assert own_id(Head((("message-id", "<1  @ local(blah) .x>"),))) == "1@local.x"
    assert own_id(Head()) is None


def test_a_first_mail_and_its_answers_share_a_thread() -> None:
    """The name of the thread is a function of each mail alone."""
    first = Head((("message-id", "<1@x>"),))
    second = Head((("message-id", "<2@x>"), ("in-reply-to", "<1@x>")))
    third = Head((("message-id", "<3@x>"), ("references", "<1@x> <2@x>"), ("in-reply-to", "<2@x>")))
    assert {thread(first), thread(second), thread(third)} == {"1@x"}
    assert parents(third) == ["1@x", "2@x"]


def test_an_address_is_no_thread() -> None:
    """Some programs answer to a person; that would join all of that person's mail."""
    head = Head((("in-reply-to", "<Bob@x.example>"),))
    assert thread(head, ["bob@x.example"]) is None


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        (b"\xe9\x80", "iso-8859-1", "é€"),
        ("镕".encode("gb18030"), "gb2312", "镕"),
        (b"\xa4\xa4", "Big5", "中"),
        (b"caf\xc3\xa9", None, "café"),
        (b"caf\xe9", "utf-8", "café"),
        ("价格是五元".encode(), "gb2312", "价格是五元"),
        (b"\x1b$B$\x7f\x1b(B!", "iso-2022-jp", "\ufffd!"),
        (b"a\xff", "punycode", "aÿ"),
        (b"a\\u0041", "unicode_escape", "a\\u0041"),
        (b"x", "zip", "x"),
        (b"a\0b", "utf-8", "ab"),
        (b"\x00a", "utf-16-be", "a"),
    ],
)
def test_charsets(data: bytes, charset: str | None, text: str) -> None:
    """As mailers mean them; codecs that are no charsets are not touched."""
    assert decode(data, charset) == text


@given(
    st.binary(max_size=200),
    st.one_of(st.none(), st.text(max_size=20), st.sampled_from(["utf-7", "hz", "utf-16"])),
)
def test_any_bytes_decode_to_text_that_can_be_stored(data: bytes, charset: str | None) -> None:
    """Nothing raises, and nothing comes out that UTF-8 cannot hold."""
    text = decode(data, charset)
    assert text.encode().decode() == text
    assert "\0" not in text


PASS = "mail.shop.example 1; spf=fail; dmarc=pass header.from=post.example"


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        ([PASS], "pass"),
        (["mail.shop.example; dmarc=fail header.from=post.example"], "fail"),
        (["mail.shop.example; dmarc=none"], None),
        (["mail.shop.example; dmarc=pass"], None),
        (["mail.shop.example; dmarc=pass header.from=thief.example"], None),
        (["thief.example; dmarc=pass header.from=post.example"], None),
        (["mail.shop.example; spf=pass", PASS], None),
        (["mail.shop.example; spf=neutral (; dmarc=pass header.from=post.example)"], None),
        (['mail.shop.example; spf=fail reason="x\\"; dmarc=pass header.from=post.example"'], None),
        ([], None),
    ],
)
def test_only_our_own_server_vouches(results: list[str], verdict: str | None) -> None:
    """The topmost results of the named server count, without comments and quoted words."""
    head = Head((("from", "ada@post.example"), *(("authentication-results", each) for each in results)))
    who = sender(head)
    assert who is not None
    assert vouched(head, who, "mail.shop.example") == verdict
    assert vouched(head, who, None) is None
