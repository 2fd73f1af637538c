"""Web chat: what a visitor's browser says over our own WebSocket (docs/channels/web.md).

There is no provider: the frames of ``router.model.chat`` become events here. As a captured request, the
body is what the client said, one frame a line, the hello first; ``url`` is that of the WebSocket.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from channels import jwt
from channels.chat import web_capture, web_event, web_token
from channels.fit import clean
from router.errors import ConfigInvalid, Invalid, Malformed, Unverified
from router.model.chat import Frame, Msg, Pass, Read, Typing, Visitor
from router.model.event import Event
from router.model.handle import Party
from router.ports import Account, Reply, Request, Setting

_ORIGIN = re.compile(r"https?://[a-z0-9._-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:.]+\](:[0-9]{1,5})?", re.ASCII)


class WebChat:
    """The adapter, and the door of the WebSocket. A capture that came over HTTP is not ours: no hook."""

    address = "/v1/ws/chat?account={account}"
    unverified_status = 401
    settings = (
        Setting("secret", "key that signs the visitors' tokens (HS256), 32 random characters or more"),
        Setting("origins", 'sites that may show the chat, a list as ["https://shop.example"]'),
        Setting("anyone", "true: the router itself lets in visitors whom nobody signed a token for"),
    )

    def check(self, account: Account) -> None:
        """See that the origins are such and that ``anyone`` is yes or no; ConfigInvalid."""
        for origin in self.origins(account):
            if not _ORIGIN.fullmatch(origin):
                place = f"{account.place}.origins"
                raise ConfigInvalid(
                    f"{place}: {origin!r} is no origin such as https://shop.example", field=place
                )
        if not isinstance(account.settings.get("anyone", False), bool):
            place = f"{account.place}.anyone"
            raise ConfigInvalid(f"{place}: it is true or false", field=place)

    # -- a captured conversation, as any adapter reads it ---------------------------------------------

    def verify(self, request: Request, account: Account, now: float) -> None:
        """Check the token of the hello, and where the page came from; raise Unverified."""
        host = request.url.partition("://")[2].partition("/")[0]
        if not self.admits(request.headers.get("origin"), account, host):
            raise Unverified("pages of this origin may not use the account")
        try:
            hello, _ = web_capture.conversation(request)
        except Malformed as reason:
            raise Unverified(reason.detail) from None
        self.visitor(hello.token, account, now)

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read what was said, once each; a frame that cannot be read was answered with an error."""
        hello, frames = web_capture.conversation(request)
        try:
            who = web_token.claimed(jwt.unproven(hello.token))
        except Unverified as reason:
            raise Malformed(reason.detail) from None
        found: dict[str, Event] = {}
        for number, frame in enumerate(frames):
            for event in self._heard(frame, number, who, account):
                found.setdefault(event.id, event)
        return list(found.values())

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Say nothing: who is at the WebSocket gets an ack of each message."""
        return Reply(204)

    def _heard(self, frame: Frame, number: int, who: Visitor, account: Account) -> Iterator[Event]:
        if isinstance(frame, Msg):
            try:
                yield self.said(frame, who, account)
            except Invalid:
                return
        elif isinstance(frame, Typing):
            yield self.typing(who, account, number)
        elif isinstance(frame, Read):
            yield web_event.event(f"read/{frame.upto}", who, account, kind="read", attrs={"upto": frame.upto})

    # -- the door of the WebSocket --------------------------------------------------------------------

    def admits(self, origin: str | None, account: Account, *ours: str) -> bool:
        """Tell whether pages of an origin may use the account: those it lists, and our own hosts'.

        Whoever names none is no page in a browser, which always does.
        """
        if origin is None or origin.lower() in self.origins(account):
            return True
        return origin.lower().partition("://")[2] in {host.lower() for host in ours if host}

    def origins(self, account: Account) -> Sequence[str]:
        """Give the origins (RFC 6454) that may show the chat, in lower case, without a slash at the end."""
        listed = account.settings.get("origins")
        one_or_more = listed if isinstance(listed, list) else [listed] if listed else []
        return [str(each).lower().rstrip("/") for each in one_or_more]

    def open(self, account: Account) -> bool:
        """Tell whether anyone may come in, without a token of the company's site."""
        return account.settings.get("anyone") is True

    def visitor(self, token: str, account: Account, now: float) -> Visitor:
        """Give whom a token lets in; Unverified."""
        return web_token.visitor(token, account, now)

    def renewing(self, token: str, account: Account, now: float) -> Visitor:
        """Give the anonymous visitor whom an earlier token stands for; Unverified."""
        return web_token.renewing(token, account, now)

    def issue(self, who: Visitor, account: Account, now: float) -> Pass:
        """Give an anonymous visitor a token."""
        return web_token.issue(who, account, now)

    def party(self, who: Visitor, account: Account) -> Party:
        """Give the handle of a visitor."""
        return web_event.party(who, account)

    def said(self, frame: Msg, who: Visitor, account: Account) -> Event:
        """Make the event of a message; Invalid where there is no word in it."""
        text = clean(frame.text)
        if not text.strip():
            raise Invalid("the message is empty", field="/text")
        also = [Party("mailto", who.email, trust="attested")] if who.email else []
        attrs = {} if frame.ts is None else {"client_ts": str(frame.ts)[:64]}
        return web_event.event(frame.cid, who, account, kind="message", text=text, also=also, attrs=attrs)

    def typing(self, who: Visitor, account: Account, number: int = 0) -> Event:
        """Make the event of a visitor who writes, the ``number``-th of a capture."""
        return web_event.event(f"typing/{number}", who, account, kind="typing")

    def receipt(
        self, target: str, status: Literal["delivered", "read"], who: Visitor, account: Account
    ) -> Event:
        """Make the event that a message of ours reached the visitor, or was read."""
        read: dict[str, Any] = {"kind": "read"}
        told = read if status == "read" else {"kind": "status", "status": status, "author": "system"}
        return web_event.event(f"{target}/{status}", who, account, target=target, **told)
