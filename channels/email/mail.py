"""A mail as it came, and by which name it is known."""

from __future__ import annotations

import hashlib

from msgspec import Struct

from channels.email.fields import Head, cut_head
from channels.email.mime import clean
from channels.email.threads import own_id
from router.ports import Account

_FINGERPRINT = 1024  # bytes of the body that tell two mails with one Message-ID apart


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

    @property
    def name(self) -> str:
        """Give the name of the mail: two may share a Message-ID, one may come twice, and some have none.

        Without a Message-ID the whole mail is its name. Line ends are not: transports change them.
        """
        own = own_id(self.head)
        if own is None:
            return hashlib.sha256(self.raw.replace(b"\r\n", b"\n")).hexdigest()
        start = self.body[: 2 * _FINGERPRINT].replace(b"\r\n", b"\n")[:_FINGERPRINT]
        told = "\n".join((own, self.head.first("from") or "", self.head.first("date") or "", ""))
        return hashlib.sha256(told.encode() + start).hexdigest()


def cut_mail(raw: bytes, account: Account, now: float, envelope: Envelope = UNKNOWN) -> Mail:
    """Cut a mail after its head."""
    return Mail(raw, *cut_head(clean(raw)), account, now, envelope)
