"""A mail of ours: written so that mail programs, and our own reader, put it into the customer's thread.

RFC 5322 with the fields of section 3.6.4; all of it is ASCII unless an address is not (RFC 6531).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from typing import NamedTuple

from channels.email.addresses import address
from channels.fit import clean
from router.errors import CannotSend
from router.model.handle import Handle
from router.ports import Account, Outgoing

_MOST_IDS = 20  # of References, besides the first
_SUBJECT = 512  # characters
_PARTS = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_ID = re.compile(r"[!-;=?-~]{1,900}", re.ASCII)  # it must stand on a line, which ends at 998
_NAMED = re.compile(r'\s*(?:"?(?P<name>[^<>]*?)"?\s*<)?(?P<mail>[^<>\s]+)>?\s*')
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_AGAIN = re.compile(r"(?:(?:re|aw|antw|sv|vs|odp|rif|res)(?:\[\d{1,3}\])?\s*:\s*)+", re.IGNORECASE)


class _Ids(UnstructuredHeader, BaseHeader):
    """Ids of messages, a line each: the library would encode one that is longer than a line."""

    def fold(self, *, policy: Policy) -> str:
        """Write the field."""
        return f"{self.name}: {f'{policy.linesep} '.join(self.split())}{policy.linesep}"


_FIELDS = HeaderRegistry()
for _field in ("references", "in-reply-to", "message-id"):
    _FIELDS.map_to_type(_field, _Ids)
_ASCII = SMTP.clone(header_factory=_FIELDS, cte_type="7bit")


class Reply(NamedTuple):
    """A mail with its envelope; ``name`` is its Message-ID without angle brackets."""

    sender: str
    receiver: str
    name: str
    mail: EmailMessage

    @property
    def plain(self) -> bool:
        """Tell whether any mail server takes the addresses."""
        return self.sender.isascii() and self.receiver.isascii()

    def written(self) -> bytes:
        """Write the mail as it goes out."""
        return self.mail.as_bytes(policy=_ASCII if self.plain else _ASCII.clone(utf8=True))


def compose(outgoing: Outgoing, account: Account, now: datetime) -> Reply:
    """Write a mail. CannotSend where there is nobody to write to, or nobody of ours who writes."""
    ours, theirs = writer(account, outgoing.sender), receiver(outgoing.to)
    name = named(outgoing.id, ours)
    mail = EmailMessage(_ASCII)
    mail["From"] = ours
    mail["To"] = theirs
    if subject := _subject(outgoing):
        mail["Subject"] = subject
    mail["Date"] = now
    mail["Message-ID"] = f"<{name}>"
    if before := [one for one in _references(outgoing) if one != name]:
        mail["In-Reply-To"] = f"<{before[-1]}>"
        mail["References"] = " ".join(f"<{one}>" for one in before)
    mail.set_content(clean(outgoing.text), charset="utf-8")
    return Reply(ours.addr_spec, theirs.addr_spec, name, mail)


def writer(account: Account, sender: str | None) -> Address:
    """Tell who writes: ``from`` of the settings, else our address in the conversation. CannotSend: nobody."""
    found = _NAMED.fullmatch(account.setting("from") or sender or "")
    bare = _address(found["mail"] if found else "", "no address of ours to send from: set `from`")
    return Address(_line(found["name"] or "") if found else "", bare.username, bare.domain)


def receiver(to: Handle) -> Address:
    """Tell whom to write to; CannotSend where that is no address of mail."""
    return _address(to.value if to.type == "mailto" else "", f"there is no mail address in this {to.type}")


def named(message: str, writer: Address) -> str:
    """Name a mail: the same at every attempt, so that a second copy is known for what it is."""
    own = message
    if not _PARTS.fullmatch(own):
        own = hashlib.sha256(own.encode("utf-8", "replace")).hexdigest()
    return f"{own}@{writer.domain}"


def _address(written: str, otherwise: str) -> Address:
    """Read an address; only what stands before the @ may be other than ASCII (RFC 5891, 6531)."""
    local, _, domain = (address(clean(written)) or "").rpartition("@")
    try:
        wire = domain.encode("idna").decode("ascii")
    except UnicodeError:
        wire = ""
    if not (local and wire):
        raise CannotSend(otherwise)
    return Address("", local, wire)


def _subject(outgoing: Outgoing) -> str:
    """Give the subject: the agent's own words, else that of the answered mail with one ``Re:``."""
    if outgoing.subject:
        return _line(outgoing.subject)
    asked = _line(outgoing.answers.subject or "") if outgoing.answers else ""
    return f"Re: {_AGAIN.sub('', asked, count=1)}" if asked else ""


def _references(outgoing: Outgoing) -> Sequence[str]:
    """Name the mails before ours: the first one is the thread, the last is the one answered."""
    answers = outgoing.answers
    parents = answers.parents if answers else ()
    own = (answers.attrs.get("message_id") or answers.provider_event_id) if answers else None
    before = [one for one in dict.fromkeys((outgoing.thread, *parents)) if one != own]
    found = [one for one in (*before, own) if isinstance(one, str) and _ID.fullmatch(one)]
    return [*found[:1], *found[1:][-_MOST_IDS:]]


def _line(text: str) -> str:
    """Give a text as one line: nothing in it can begin a field of its own."""
    return " ".join(_CONTROL.sub(" ", clean(text)).split())[:_SUBJECT]
