"""A request as it was captured, without a running router: what came, and to which account."""

from __future__ import annotations

import base64
import binascii
from typing import Any, Self

import msgspec
from msgspec import Struct

from router.errors import Invalid, Malformed
from router.ports import Account, Request

_NO_ADDRESS = "https://localhost/"


class Capture(Struct, frozen=True):
    """A captured request: ``url`` as the provider called it, ``now`` in unix seconds (None: the clock).

    ``settings`` are those of the account; without a ``secret`` nothing is verified.
    """

    method: str | None = None
    url: str | None = None
    headers: dict[str, str] | None = None
    body_base64: str | None = None
    settings: dict[str, Any] | None = None
    now: float | None = None

    @classmethod
    def of(cls, found: object) -> Self:
        """Take a capture as decoded JSON; Invalid where it is none."""
        try:
            return msgspec.convert(found, cls)
        except msgspec.ValidationError as error:
            raise Invalid(f"the captured request: {error}") from None

    def account(self, channel: str, provider: str) -> Account:
        """Give the account it came to; Invalid where its secret is no text."""
        settings = dict(self.settings or {})
        secret = settings.pop("secret", None)
        if secret is not None and not isinstance(secret, str):
            raise Invalid("the secret must be a text", field="settings.secret")
        return Account(
            channel=channel,
            provider=provider,
            name="main",
            secret=secret,
            unsigned=not secret,
            settings=settings,
        )

    def request(self) -> Request:
        """Give what came; Invalid where its body is not base64."""
        try:
            body = base64.b64decode(self.body_base64 or "", validate=True)
        except (binascii.Error, ValueError):
            raise Invalid("body_base64 is not base64", field="body_base64") from None
        headers = {name.lower(): value for name, value in (self.headers or {}).items()}
        return Request((self.method or "POST").upper(), self.url or _NO_ADDRESS, headers, body)


def decoded(line: bytes) -> object:
    """Decode a line of JSON; Malformed where it is none."""
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"the line is not JSON: {error}") from None
