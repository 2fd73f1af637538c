"""Events: what the head, and then the body, of a mail tells."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from channels.email.addresses import Mailbox, address, mailboxes
from channels.email.attachments import describe
from channels.email.automatic import automatic, daemon, no_return
from channels.email.body import read_body
from channels.email.dates import occurred
from channels.email.fields import Head, cut_head, words
from channels.email.mime import clean, content_type, read_parts
from channels.email.phrases import PASSED_ON
from channels.email.quotes import cut_quotes
from channels.email.reports import Report, read_report
from channels.email.sender import sender, vouched
from channels.email.threads import own_id, parents, thread
from router.model.event import Attribute, Event, Flag, Kind, Status
from router.model.handle import Party
from router.ports import Account

MAX_TEXT = 65_536  # characters of the text of an event
MAX_NAMED = 50  # addresses kept of To and Cc
_FINGERPRINT = 1024  # bytes of the body that tell two mails with one Message-ID apart

_FATES: dict[str, tuple[Kind, Status]] = {
    "failed": ("bounce", "failed"),
    "delayed": ("status", "queued"),
    "delivered": ("status", "delivered"),
    "read": ("read", "read"),
}


class Envelope(Struct, frozen=True):
    """Who a mail came from and to by the words of its transport, as far as they are known.

    ``sender`` "" is the null sender, None an unknown one.
    """

    sender: str | None = None
    recipients: tuple[str, ...] = ()


UNKNOWN = Envelope()


class Mail(Struct, frozen=True):
    """A mail as it came: its bytes, cut after the head, to which account and when (unix seconds)."""

    raw: bytes
    head: Head
    body: bytes
    account: Account
    now: float
    envelope: Envelope


def cut_mail(raw: bytes, account: Account, now: float, envelope: Envelope = UNKNOWN) -> Mail:
    """Cut a mail after its head."""
    return Mail(raw, *cut_head(clean(raw)), account, now, envelope)


def by_head(mail: Mail) -> Event:
    """Make the event as far as the head tells it."""
    head, account = mail.head, mail.account
    who = sender(head)
    speaks = daemon(who, null=no_return(head, mail.envelope.sender))
    to, cc = mailboxes(head.first("to"))[:MAX_NAMED], mailboxes(head.first("cc"))[:MAX_NAMED]
    people = [box.address for box in (who, *to, *cc) if box]
    verdict = vouched(head, who, account.setting("authserv_id")) if who else None
    robot = automatic(head, who, mail.envelope.sender, content_type(head))
    at, held = occurred(head.first("date"), head.first("received"), mail.now)
    subject = head.first("subject")
    flags: list[Flag] = []
    flags += ["auto"] if robot else []
    flags += ["spam"] if (head.first("x-spam-flag") or "").lower().startswith("yes") else []
    flags += ["unverified"] if verdict == "fail" else []
    flags += ["clock_skew"] if held else []
    return Event(
        id=_id(mail),
        source=account.source,
        channel="email",
        medium="email",
        kind="message",
        direction="in",
        author="system" if speaks else "customer",
        occurred_at=at,
        customer=None if speaks else _party(who, attested=verdict == "pass"),
        provider=account.provider,
        provider_event_id=own_id(head),
        to=_ours(mail, to),
        thread=thread(head, people),
        parents=parents(head, people),
        subject=None if subject is None else words(subject),
        flags=flags,
        attrs=_attrs(head, to, cc, robot),
    )


def with_body(event: Event, mail: Mail) -> Event:
    """Add what the body tells: the text, what came along, or what it reports.

    Raises Unreadable, and whatever else a hostile body may break in the libraries that read it.
    """
    top = read_parts(mail.head, mail.body)
    body = read_body(top)
    report = read_report(mail.head, top, body.text, daemon=event.author == "system")
    if report:
        return _reported(event, report, body.text)
    cut = cut_quotes(body.text[:MAX_TEXT])
    mails = any(part.mime == "message/rfc822" for part in body.others)
    if cut.forwarded or mails or PASSED_ON.match(event.subject or ""):
        event = flagged(event, "forwarded")
    return msgspec.structs.replace(
        event,
        text=cut.text,
        text_full=None if body.full == cut.text else body.full,
        attachments=describe(body.others),
    )


def _reported(event: Event, report: Report, text: str) -> Event:
    """Make the event of a report: about a mail of ours, and from no customer but who read it."""
    kind, status = _FATES[report.fate]
    told: dict[str, Attribute] = {
        "recipients": list(report.recipients) or None,
        "enhanced_status": report.code,
        "reason": report.reason,
    }
    return msgspec.structs.replace(
        flagged(event, "auto"),
        kind=kind,
        status=status,
        author="customer" if kind == "read" else "system",
        customer=event.customer if kind == "read" else None,
        target=report.target,
        thread=report.thread or event.thread,
        text=text[:MAX_TEXT],
        text_full=text if len(text) > MAX_TEXT else None,
        attrs=event.attrs | {name: value for name, value in told.items() if value},
    )


def _id(mail: Mail) -> str:
    """Name the mail: two may share a Message-ID, one may come twice, and some have none.

    Without a Message-ID the whole mail is its name. Line ends are not: transports change them.
    """
    own = own_id(mail.head)
    if own is None:
        return hashlib.sha256(mail.raw.replace(b"\r\n", b"\n")).hexdigest()
    start = mail.body[: 2 * _FINGERPRINT].replace(b"\r\n", b"\n")[:_FINGERPRINT]
    told = "\n".join((own, mail.head.first("from") or "", mail.head.first("date") or "", ""))
    return hashlib.sha256(told.encode() + start).hexdigest()


def _party(who: Mailbox | None, *, attested: bool) -> Party | None:
    if who is None:
        return None
    return Party("mailto", who.address, who.name, "attested" if attested else "observed")


def _ours(mail: Mail, to: Sequence[Mailbox]) -> str | None:
    """Give our address: where the transport delivered it, else the first of To."""
    named = (*mail.envelope.recipients[:1], mail.head.first("x-original-to"), mail.head.first("delivered-to"))
    told = (address((value or "").strip("<> ")) for value in named)
    return next(filter(None, told), None) or next((box.address for box in to), None)


def _attrs(
    head: Head, to: Sequence[Mailbox], cc: Sequence[Mailbox], robot: str | None
) -> dict[str, Attribute]:
    """Keep what an agent may ask about; Reply-To is told but never says who the customer is."""
    answers = mailboxes(head.first("reply-to"))
    told: dict[str, Attribute] = {
        "to": [box.address for box in to],
        "cc": [box.address for box in cc],
        "reply_to": answers[0].address if answers else None,
        "auto": robot,
    }
    return {name: value for name, value in told.items() if value}


def flagged(event: Event, flag: Flag) -> Event:
    """Set a flag."""
    flags = event.flags if flag in event.flags else [*event.flags, flag]
    return msgspec.structs.replace(event, flags=flags)
