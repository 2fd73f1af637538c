"""The public doors, used as strangers use them: events by POST, Twilio's signed forms, mail by SMTP."""

from __future__ import annotations

import asyncio
import base64
import hmac
import smtplib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, make_msgid
from typing import Any, Self

import aiohttp
import msgspec
from msgspec import Struct

from router.model.event import Event

_TIMEOUT = aiohttp.ClientTimeout(total=60)


class Refusal(Exception):
    """A call that was answered with an error: its status and body. Status 0: it was not answered."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(f"{status} {words}")
        self.status = status


class Address(Struct, frozen=True):
    """Where the doors are. ``public`` is the address that Twilio would call, which its signature covers."""

    http: str
    public: str
    mail: str
    token: str


class Doors:
    """A client of the router. Use it as a context manager."""

    def __init__(self, where: Address, key: str) -> None:
        self._where, self._key = where, key
        self._web = aiohttp.ClientSession(timeout=_TIMEOUT)
        self._mail = asyncio.Semaphore(4)
        self.posted = self.duplicates = 0

    async def __aenter__(self) -> Self:
        """Open."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close every connection."""
        await self._web.close()

    async def call(self, method: str, path: str, body: object = None, *, key: str | None = None) -> Any:
        """Call the API; raises Refusal."""
        headers = {"Authorization": f"Bearer {key or self._key}", "Content-Type": "application/json"}
        data = None if body is None else msgspec.json.encode(body)
        return msgspec.json.decode(await self._request(method, path, data=data, headers=headers))

    async def event(self, event: Event) -> None:
        """Post one event."""
        result = (await self.call("POST", "/v1/events", event))["results"][0]
        self._count(duplicate=result["duplicate"])

    async def past(self, events: Sequence[Event]) -> int:
        """Post old events, one JSON text a line; gives how many were refused."""
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/x-ndjson"}
        body = b"\n".join(map(msgspec.json.encode, events))
        told = await self._request("POST", "/v1/events?import=true", data=body, headers=headers)
        return sum("error" in one for one in msgspec.json.decode(told)["results"])

    async def twilio(self, channel: str, fields: Mapping[str, str]) -> None:
        """Post a form as Twilio does, signed with the account's token."""
        path = f"/v1/hooks/{channel}/twilio/demo"
        text = self._where.public + path + "".join(name + fields[name] for name in sorted(fields))
        code = hmac.digest(self._where.token.encode(), text.encode(), "sha1")
        headers = {"X-Twilio-Signature": base64.b64encode(code).decode()}
        await self._request("POST", path, data=fields, headers=headers)
        self._count()

    async def _request(self, method: str, path: str, **options: Any) -> bytes:
        """Send a request; whatever goes wrong with it is a Refusal."""
        try:
            async with self._web.request(method, self._where.http + path, **options) as reply:
                body = await reply.read()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Refusal(0, type(error).__name__) from error
        if reply.status >= 400:  # noqa: PLR2004 - HTTP's line between good and bad
            raise Refusal(reply.status, body[:200].decode("utf-8", "replace"))
        return body

    async def mail(self, sender: tuple[str, str], to: str, subject: str, text: str) -> None:
        """Send a mail; raises Refusal when the listener does not take it."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = formataddr(sender), to, subject
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Message-ID"] = make_msgid(domain=sender[1].partition("@")[2])
        message.set_content(text)
        async with self._mail:
            await asyncio.to_thread(self._deliver, message)
        self._count()

    def _deliver(self, message: EmailMessage) -> None:
        host, _, port = self._where.mail.rpartition(":")
        try:
            with smtplib.SMTP(host, int(port), local_hostname="mail.example.com", timeout=10) as server:
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            raise Refusal(0, type(error).__name__) from error

    def _count(self, *, duplicate: bool = False) -> None:
        self.posted += 1
        self.duplicates += duplicate
