"""Web chat: what a visitor's browser says over our own WebSocket (docs/channels/web.md).

There is no provider: the frames of ``router.model.chat`` become events here. As a captured request, the
body is what the client said, one frame a line, the hello first; ``url`` is that of the WebSocket.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import msgspec

from channels import jwt
from channels.chat import web_token
from channels.fit import clean
from router.errors import ConfigInvalid, Invalid, Malformed, Unverified
from router.model.chat import Frame, Hello, Msg, Pass, Read, Typing, Visitor, read_frame
from router.model.event import Event, fit_id
from router.model.handle import Party
from router.ports import Account, Reply, Request, Setting

PROVIDER = "web"
HANDLE = "web-visitor"

_ORIGIN = re.compile(r"https?://[a-z0-9._-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:.]+\](:[0-9]{1,5})?", re.ASCII)
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


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
        where = f"channels.chat.web.{account.name}"
        for origin in self.origins(account):
            if not _ORIGIN.fullmatch(origin):
                words = f"{origin!r} is no origin such as https://shop.example"
                raise ConfigInvalid(words, field=f"{where}.origins")
        if not isinstance(account.settings.get("anyone", False), bool):
            raise ConfigInvalid("`anyone` is true or false", field=f"{where}.anyone")

    # -- a captured conversation, as any adapter reads it ---------------------------------------------

    def verify(self, request: Request, account: Account, now: float) -> None:
        """Check the token of the hello, and where the page came from; raise Unverified."""
        host = request.url.partition("://")[2].partition("/")[0]
        if not self.admits(request.headers.get("origin"), account, host):
            raise Unverified("pages of this origin may not use the account")
        try:
            hello, _ = _conversation(request)
        except Malformed as reason:
            raise Unverified(reason.detail) from None
        self.visitor(hello.token, account, now)

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read what was said, once each; a frame that cannot be read was answered with an error."""
        hello, frames = _conversation(request)
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
            yield _event(f"read/{frame.upto}", who, account, kind="read", attrs={"upto": frame.upto})

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
        return party(who, account)

    def said(self, frame: Msg, who: Visitor, account: Account) -> Event:
        """Make the event of a message; Invalid where there is no word in it."""
        text = clean(frame.text)
        if not text.strip():
            raise Invalid("the message is empty", field="/text")
        also = [Party("mailto", who.email, trust="attested")] if who.email else []
        attrs = {} if frame.ts is None else {"client_ts": str(frame.ts)[:64]}
        return _event(frame.cid, who, account, kind="message", text=text, also=also, attrs=attrs)

    def typing(self, who: Visitor, account: Account, number: int = 0) -> Event:
        """Make the event of a visitor who writes, the ``number``-th of a capture."""
        return _event(f"typing/{number}", who, account, kind="typing")

    def receipt(
        self, target: str, status: Literal["delivered", "read"], who: Visitor, account: Account
    ) -> Event:
        """Make the event that a message of ours reached the visitor, or was read."""
        read: dict[str, Any] = {"kind": "read"}
        told = read if status == "read" else {"kind": "status", "status": status, "author": "system"}
        return _event(f"{target}/{status}", who, account, target=target, **told)


def party(who: Visitor, account: Account) -> Party:
    """Give the handle of a visitor, which carries its account."""
    trust: Literal["claimed", "attested"] = "claimed" if who.anonymous else "attested"
    return Party(HANDLE, f"{account.name}/{who.id}", name=who.name, trust=trust)


def _event(name: str, who: Visitor, account: Account, **told: Any) -> Event:
    """Make an event of a visitor's chat; its time is when we received it: the client's clock is hearsay."""
    base = {"direction": "in", "author": "customer"}
    return Event(
        id=fit_id(f"{who.id}/{name}"),
        source=account.source,
        channel="chat",
        customer=party(who, account),
        provider=PROVIDER,
        provider_event_id=name,
        thread=who.id,
        **(base | told),
    )


def _conversation(request: Request) -> tuple[Hello, list[Frame]]:
    """Read what a client said: its last hello, and the rest. Malformed where it is no web chat."""
    if not request.url.lower().startswith(("ws:", "wss:")):
        raise Malformed("web chat comes over its WebSocket, not by HTTP")
    frames = list(_frames(request.body))
    if not frames or not isinstance(frames[0], Hello):
        raise Malformed("it does not begin with a hello")
    hellos = [frame for frame in frames if isinstance(frame, Hello)]
    return hellos[-1], [frame for frame in frames if not isinstance(frame, Hello)]


def _frames(body: bytes) -> Iterator[Frame]:
    for line in body.split(b"\n"):
        try:
            if line.strip():
                yield read_frame(line)
        except _UNREADABLE:
            continue
