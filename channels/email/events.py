"""Events: what the head, and then the body, of a mail tells."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from channels.email.addresses import Mailbox, address, mailboxes
from channels.email.attachments import describe
from channels.email.automatic import automatic, daemon, no_return
from channels.email.body import read_body
from channels.email.dates import occurred
from channels.email.fields import Head, words
from channels.email.mail import Mail
from channels.email.mime import content_type, read_parts
from channels.email.phrases import PASSED_ON
from channels.email.quotes import cut_quotes
from channels.email.reports import Report, read_report
from channels.email.sender import sender, vouched
from channels.email.threads import own_id, parents, thread
from router.model.event import Attribute, Event, Flag, Kind, Status
from router.model.handle import Party

MAX_TEXT = 65_536  # characters of the text of an event
MAX_NAMED = 50  # addresses kept of To and Cc

_FATES: dict[str, tuple[Kind, Status]] = {
    "failed": ("bounce", "failed"),
    "delayed": ("status", "queued"),
    "delivered": ("status", "delivered"),
    "read": ("read", "read"),
}


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
        id=mail.name,
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
