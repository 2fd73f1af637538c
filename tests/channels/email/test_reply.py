"""Mail that we write: one thread with the customer's, for mail programs and for our own reader."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email import reply
from channels.email.aws_sns import AwsSns
from channels.email.mailgun import Mailgun
from channels.email.postmark import Postmark
from channels.email.raw import RawMail, read_mail
from channels.email.sendgrid import SendGrid
from channels.email.smtp_send import SmtpSender
from channels.fit import clean
from router.errors import CannotSend
from router.model.event import Event
from router.model.handle import Handle
from router.ports import Account, Channel, Outgoing, Request

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ACCOUNT = Account("email", "email_raw", "main", settings={"from": '"Müller, Shop" <help@shop.example>'})
FIRST = (
    b"From: Ada <ada@kunde.example>\r\nTo: help@shop.example\r\nSubject: Where is it?\r\n"
    b"Message-ID: <first@kunde.example>\r\nDate: Mon, 2 Mar 2026 09:00:00 +0000\r\n\r\nMy order.\r\n"
)


def heard(raw: bytes) -> Event:
    """Read a mail as it comes in."""
    [event] = RawMail().parse(Request("POST", "", {}, raw), ACCOUNT, NOW.timestamp())
    return event


def answer(event: Event | None, **fields: Any) -> Outgoing:
    """Answer an event."""
    told: dict[str, Any] = {
        "id": "evt_ab34",
        "channel": "email",
        "medium": "email",
        "to": Handle("mailto", "ada@kunde.example"),
        "sender": "help@shop.example",
        "thread": event.thread if event else None,
        "text": "It left today.",
        "answers": event,
    }
    return Outgoing(**told | fields)


def written(outgoing: Outgoing, account: Account = ACCOUNT) -> tuple[str, EmailMessage]:
    """Write a mail and read it as a mail program does; give its name and itself."""
    mail = reply.compose(outgoing, account, NOW)
    found = message_from_bytes(mail.written(), policy=policy.default)
    assert isinstance(found, EmailMessage)
    return mail.name, found


def program_answers(mail: EmailMessage, text: str = "Thanks.") -> bytes:
    """Write what a customer's mail program answers to a mail (RFC 5322, 3.6.4)."""
    back = EmailMessage(policy.SMTP)
    back["From"], back["To"] = mail["To"], mail["From"]
    back["Subject"] = f"Re: {mail['Subject']}"
    back["Message-ID"] = "<third@kunde.example>"
    back["In-Reply-To"] = mail["Message-ID"]
    back["References"] = " ".join(filter(None, (mail["References"], mail["Message-ID"])))
    back.set_content(text)
    return back.as_bytes()


def test_an_answer_stands_under_what_it_answers() -> None:
    """Every field a mail program looks at."""
    name, mail = written(answer(heard(FIRST)))
    assert mail["Message-ID"] == f"<{name}>" == "<evt_ab34@shop.example>"
    assert mail["In-Reply-To"] == mail["References"] == "<first@kunde.example>"
    assert mail["From"] == '"Müller, Shop" <help@shop.example>'
    assert mail["To"] == "ada@kunde.example"
    assert mail["Subject"] == "Re: Where is it?"
    assert mail["Date"].datetime == NOW
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().splitlines() == ["It left today."]
    assert {"auto-submitted", "bcc", "cc"}.isdisjoint(field.lower() for field in mail)


def test_the_customers_answer_comes_into_the_same_thread() -> None:
    """Over several mails of both, and each names ours."""
    first = heard(FIRST)
    name, ours = written(answer(first))
    second = heard(program_answers(ours))
    assert second.thread == first.thread == heard(reply.compose(answer(first), ACCOUNT, NOW).written()).thread
    assert name in second.parents
    again, theirs = written(answer(second, id="evt_cd56"))
    third = heard(program_answers(theirs))
    assert third.thread == first.thread
    assert {name, again} <= set(third.parents)


def test_a_conversation_that_we_begin_has_its_answer_in_it() -> None:
    """The thread is our own mail, and what we say before they answer stands under it."""
    begun = SmtpSender().opening("evt_1", Handle("mailto", "ada@kunde.example"), None, ACCOUNT)
    name, ours = written(answer(None, id="evt_1", subject="Your order", thread=begun.thread))
    assert (ours["In-Reply-To"], ours["References"]) == (None, None)
    _, more = written(answer(None, id="evt_2", thread=begun.thread))
    assert more["In-Reply-To"] == more["References"] == f"<{name}>"
    for mail in (ours, more):
        back = heard(program_answers(mail))
        assert back.thread == name == begun.thread
        assert (back.channel, back.medium, back.to) == (begun.channel, begun.medium, begun.sender)
    with pytest.raises(CannotSend):
        SmtpSender().opening("evt_1", Handle("tel", "+1"), None, ACCOUNT)


def test_a_bounce_names_what_we_sent() -> None:
    """Its target is the name of the mail."""
    name, mail = written(answer(heard(FIRST)))
    bounce = (
        b"From: MAILER-DAEMON@kunde.example\r\nTo: help@shop.example\r\nMessage-ID: <b@kunde.example>\r\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n"
        b"--x\r\n\r\nno\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; a\r\n\r\n"
        b"Final-Recipient: rfc822; ada@kunde.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        b"--x\r\nContent-Type: message/rfc822\r\n\r\n" + mail.as_bytes(policy=policy.SMTP) + b"\r\n--x--\r\n"
    )
    event = heard(bounce)
    assert (event.kind, event.target) == ("bounce", name)


def test_what_providers_report_names_what_we_sent() -> None:
    """By the name of the mail, or the one that Amazon SES told when it took it."""
    name, _ = written(answer(heard(FIRST)))
    given = "010201234567abcd-0123abcd-4567-89ab-cdef-0123456789ab-000000"
    grid = [{"event": "delivered", "sg_event_id": "e1", "sg_message_id": "14c5d75ce93.dfd.64b469",
             "smtp-id": f"<{name}>", "email": "ada@kunde.example", "timestamp": 1772445600}]  # fmt: skip
    gun = {
        "event-data": {
            "id": "e1",
            "event": "delivered",
            "timestamp": 1772445600.5,
            "recipient": "ada@kunde.example",
            "message": {"headers": {"message-id": name}},
        }
    }
    ses = {"eventType": "Delivery", "mail": {"messageId": given, "destination": ["ada@kunde.example"]},
           "delivery": {"recipients": ["ada@kunde.example"]}}  # fmt: skip
    sns = {"Type": "Notification", "MessageId": "n1", "TopicArn": "arn:aws:sns:eu-west-1:1:t",
           "Timestamp": "2026-03-02T10:00:00.000Z", "Message": msgspec.json.encode(ses).decode()}  # fmt: skip
    adapters: list[tuple[Channel, object, str]] = [
        (SendGrid(), grid, name), (Mailgun(), gun, name), (AwsSns(), sns, given),
    ]  # fmt: skip
    for adapter, told, target in adapters:
        request = Request("POST", "", {"content-type": "application/json"}, msgspec.json.encode(told))
        [event] = adapter.parse(request, ACCOUNT, NOW.timestamp())
        assert (event.kind, event.status, event.target) == ("status", "delivered", target)


def test_a_mail_by_postmark_is_answered_by_its_own_name() -> None:
    """Postmark's id is another one."""
    told = {"MessageID": "73e6d360-66eb-11e1-8e72-a8904824019b", "From": "ada@kunde.example",
            "FromFull": {"Email": "ada@kunde.example", "Name": "Ada"}, "To": "help@shop.example",
            "Subject": "Where is it?", "TextBody": "My order.", "Date": "Mon, 2 Mar 2026 09:00:00 +0000",
            "Headers": [{"Name": "Message-ID", "Value": "<first@kunde.example>"}]}  # fmt: skip
    there = Account("email", "postmark", "main")
    [event] = Postmark().parse(Request("POST", "", {}, msgspec.json.encode(told)), there, NOW.timestamp())
    assert written(answer(event))[1]["In-Reply-To"] == "<first@kunde.example>"


@pytest.mark.parametrize(
    ("asked", "own", "subject"),
    [
        ("Where?", None, "Re: Where?"), ("Re: Where?", None, "Re: Where?"),
        ("RE: Aw: re[2]: Where?", None, "Re: Where?"), ("Regarding: x", None, "Re: Regarding: x"),
        ("Where?", "News", "News"), (None, None, None), ("", None, None),
        ("a\r\nBcc: all@shop.example", None, "Re: a Bcc: all@shop.example"),
        ("x", "News\nBcc: all@shop.example\u2028\x00", "News Bcc: all@shop.example \ufffd"),
    ],
)  # fmt: skip
def test_the_subject_says_re_once(asked: str | None, own: str | None, subject: str | None) -> None:
    """Unless the agent says something else; and nothing in it begins a field."""
    event = msgspec.structs.replace(heard(FIRST), subject=asked)
    mail = written(answer(event, subject=own))[1]
    assert mail["Subject"] == subject
    assert mail["Bcc"] is None


def test_references_are_bounded_and_keep_the_first() -> None:
    """It is the thread; the newest tell the rest. Long ids stand as they are."""
    ids = [f"{'x' * 120}{n}@kunde.example" for n in range(64)]
    event = msgspec.structs.replace(heard(FIRST), thread=ids[0], parents=ids)
    mail = written(answer(event))[1]
    assert mail["References"].split() == [f"<{one}>" for one in (ids[0], *ids[-19:], "first@kunde.example")]
    assert max(map(len, reply.compose(answer(event), ACCOUNT, NOW).written().splitlines())) < 998


@pytest.mark.parametrize("bad", ["a b", "x>\r\nBcc: <all@shop.example", "é@a.example", "y" * 901])
def test_what_is_no_id_is_left_out(bad: str) -> None:
    """A thread of another kind, or somebody's attempt."""
    event = msgspec.structs.replace(heard(FIRST), thread=bad, parents=[bad])
    mail = written(answer(event))[1]
    assert mail["References"] == mail["In-Reply-To"] == "<first@kunde.example>"


@pytest.mark.parametrize(
    ("written_as", "name", "address"),
    [
        ("help@shop.example", "", "help@shop.example"),
        ("<help@shop.example>", "", "help@shop.example"),
        ("Shop <help@shop.example>", "Shop", "help@shop.example"),
        ('"Shop, Berlin" <help@shop.example>', "Shop, Berlin", "help@shop.example"),
        ("Shop\r\nBcc: x <help@bücher.example>", "Shop Bcc: x", "help@xn--bcher-kva.example"),
    ],
)
def test_who_writes_is_the_settings_word(written_as: str, name: str, address: str) -> None:
    """With a name or without."""
    mail = written(answer(None), Account("email", "sendgrid", "main", settings={"from": written_as}))[1]
    [sender] = mail["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (name, address)


@pytest.mark.parametrize(
    "to", [Handle("tel", "+1"), Handle("mailto", "nobody"), Handle("mailto", "a@b.example, c@d")]
)
def test_nobody_is_not_written_to(to: Handle) -> None:
    """An address, and one only."""
    with pytest.raises(CannotSend, match="no mail address"):
        reply.compose(answer(None, to=to), ACCOUNT, NOW)


@pytest.mark.parametrize("ours", [None, "", "shop", "a@b@c <"])
def test_nobody_does_not_write(ours: str | None) -> None:
    """Where neither the settings nor the conversation say who."""
    with pytest.raises(CannotSend, match="set `from`"):
        reply.compose(answer(None, sender=ours), Account("email", "mailgun", "main"), NOW)


_any = st.text(st.characters(), max_size=60)
_line = st.one_of(_any, st.text('=?<>@,;:"\\ \r\nutf-8qb', max_size=60))


@given(
    text=st.text(st.characters(), max_size=300), lines=st.tuples(_line, _line, _line), own=_any, local=_any
)
def test_no_words_break_out_of_their_place(
    text: str, lines: tuple[str, str, str], own: str, local: str
) -> None:
    """Whatever is said: one mail, of our fields only, with the text in it, and lines that servers take."""
    subject, name, native = lines
    event = msgspec.structs.replace(
        heard(FIRST), subject=subject, thread=native, parents=[native, name], provider_event_id=native
    )
    there = Account("email", "email_raw", "main", settings={"from": f"{name} <help@shop.example>"})
    outgoing = answer(event, id=own, text=text, to=Handle("mailto", f"{local}@kunde.example"))
    try:
        raw = reply.compose(outgoing, there, NOW).written()
    except CannotSend:
        return
    assert raw.endswith(b"\r\n")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    mail = message_from_bytes(raw, policy=policy.default)
    fields = ["From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References",
              "Content-Type", "Content-Transfer-Encoding", "MIME-Version"]  # fmt: skip
    assert [field for field in mail if field not in fields] == []
    assert len(set(mail)) == len(list(mail))
    assert isinstance(mail, EmailMessage)
    assert mail.get_content().split() == clean(text).split()
    [back] = read_mail(raw, ACCOUNT, NOW.timestamp())
    assert back.customer is not None
    assert back.customer.value == "help@shop.example"
