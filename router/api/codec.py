"""Bodies: read whole, within a size and a time, and decoded once. Replies: encoded once.

JSON here is UTF-8 (a byte order mark is skipped), without NaN or lone surrogates. Of a key that stands
twice in an object the last counts; a provider's signature covers the raw bytes, so it does not matter.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Generic, TypeVar

import msgspec
from aiohttp import web
from aiohttp.http_exceptions import BadHttpMessage
from msgspec import Struct

from router.errors import Invalid, Malformed, RouterError, TooLarge, TooSlow, UnsupportedMedia
from router.settings import Server

T = TypeVar("T")

NAME = web.RequestKey("name", str)
"""The X-Request-Id of a call, given or made."""

JSON = "application/json"
_UTF8 = frozenset({"utf-8", "utf8", "us-ascii"})
_BOM = b"\xef\xbb\xbf"
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_HEADERS = {"Content-Type": JSON, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}

_encode = msgspec.json.Encoder().encode


# -- out --------------------------------------------------------------------------------------------


def reply(value: object, status: int = 200) -> web.Response:
    """Answer with a Struct as JSON."""
    return web.Response(body=_encode(value), status=status, headers=_HEADERS)


def nothing() -> web.Response:
    """Answer that it is done and that there is nothing to say."""
    return web.Response(status=204)


# -- in -----------------------------------------------------------------------------------------------


async def raw(request: web.Request, limit: int, deadline_s: float) -> bytes:
    """Read the whole body: at most ``limit`` bytes (unpacked), within ``deadline_s`` seconds.

    Raises TooLarge, as soon as that is known, TooSlow, or Malformed when it breaks off or cannot be
    unpacked. A small body is there already when its call begins, then nothing waits.
    """
    content = request.content
    try:
        if content.is_eof():
            body = content.read_nowait()
            if len(body) > limit:
                raise TooLarge(f"the body may have {limit} bytes")
            return body
        return await _arriving(request, limit, deadline_s)
    except (BadHttpMessage, web.RequestPayloadError):
        raise Malformed("the body is not in the form its headers say") from None


async def _arriving(request: web.Request, limit: int, deadline_s: float) -> bytes:
    if (request.content_length or 0) > limit:
        raise TooLarge(f"the body may have {limit} bytes")
    body = bytearray()
    try:
        async with asyncio.timeout(deadline_s):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > limit:
                    raise TooLarge(f"the body may have {limit} bytes")
    except TimeoutError:
        raise TooSlow(f"the body did not arrive within {deadline_s:g} s") from None
    return bytes(body)


@lru_cache(maxsize=256)
def media(content_type: str) -> str:
    """Give the media type of a Content-Type, in lower case; UnsupportedMedia when it is not UTF-8."""
    kind, *parameters = content_type.lower().split(";")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') not in _UTF8:
            raise UnsupportedMedia("bodies are UTF-8")
    return kind.strip()


class Body(Generic[T]):
    """Reads JSON bodies of one type; keeps its decoder."""

    def __init__(self, kind: type[T] | Any) -> None:
        self._decoder: msgspec.json.Decoder[T] = msgspec.json.Decoder(kind)

    async def of(self, request: web.Request, server: Server) -> T:
        """Read the body of a request; none at all is ``{}``.

        Raises UnsupportedMedia, Malformed, or Invalid with the field that is wrong.
        """
        body = await raw(request, server.body_max_bytes, server.body_deadline_s)
        if not body:
            return self.decode(b"{}")
        if media(request.headers.get("Content-Type", "")) != JSON:
            raise UnsupportedMedia(f"this call reads {JSON}")
        return self.decode(body)

    def decode(self, body: bytes | msgspec.Raw) -> T:
        """Decode one JSON text."""
        try:
            return self._decoder.decode(body)
        except msgspec.ValidationError as error:
            raise invalid(error) from None
        except _UNREADABLE as error:
            raise Malformed(f"the body is not JSON in UTF-8: {_reason(error)}") from None


class Batch(Generic[T]):
    """Reads many JSON values of one type at once; a wrong one does not spoil the others."""

    def __init__(self, kind: type[T], most: int) -> None:
        self._one: Body[T] = Body(kind)
        self._all: msgspec.json.Decoder[list[T]] = msgspec.json.Decoder(list[kind])  # type: ignore[valid-type]
        self._raw: Body[list[msgspec.Raw]] = Body(list[msgspec.Raw])
        self._most = most

    def array(self, body: bytes) -> list[T | RouterError]:
        """Decode a JSON array; Malformed when it is none."""
        try:
            found: list[T | RouterError] = list(self._all.decode(body))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            found = [self._each(part) for part in self._bounded(self._raw.decode(body))]
        self._bounded(found)
        return found

    def lines(self, body: bytes) -> list[T | RouterError]:
        """Decode one JSON text a line; empty lines are skipped."""
        try:
            found: list[T | RouterError] = list(self._one._decoder.decode_lines(body))  # noqa: SLF001 - same file, same thought
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            parts = [line for line in body.split(b"\n") if line.strip()]
            found = [self._each(part) for part in self._bounded(parts)]
        self._bounded(found)
        return found

    def one(self, body: bytes) -> T:
        """Decode a single value; raises what is wrong with it."""
        return self._one.decode(body)

    def _bounded(self, found: list[Any]) -> list[Any]:
        if len(found) > self._most:
            raise TooLarge(f"at most {self._most} at once")
        return found

    def _each(self, part: bytes | msgspec.Raw) -> T | RouterError:
        try:
            return self._one.decode(part)
        except RouterError as refusal:
            return refusal


Q = TypeVar("Q", bound=Struct)


def query(request: web.Request, kind: type[Q]) -> Q:
    """Read the query string into a Struct; Invalid for an unknown, repeated or wrong parameter.

    One without a value, ``?queue=&state=active``, is as good as not there.
    """
    found = request.query
    if len(found) != len(set(found)):
        raise Invalid("a parameter stands twice in the query", field="")
    try:
        return msgspec.convert({name: value for name, value in found.items() if value}, kind, strict=False)
    except msgspec.ValidationError as error:
        raise invalid(error) from None


def checked(value: T, kind: type[T], field: str) -> T:
    """Check the bounds of a value made here; Invalid names the field it came in."""
    try:
        return msgspec.convert(msgspec.to_builtins(value), kind)
    except msgspec.ValidationError as error:
        raise Invalid(str(error), field=field) from None


def unmarked(body: bytes) -> bytes:
    """Take the byte order mark off, if there is one."""
    return body.removeprefix(_BOM)


def invalid(error: msgspec.ValidationError) -> Invalid:
    """Turn msgspec's message into our refusal: ``… - at `$.also[0].value` `` names the field."""
    words, _, place = str(error).partition(" - at `")
    steps = list(_steps(place.rstrip("`")))
    before, quote, rest = words.partition(" field `")
    if quote:  # "Object contains unknown field `x`", "Object missing required field `x`"
        steps.append(_escaped(rest.rstrip("`")))
        words = f"{before} field `{rest[:64].rstrip('`')}`"
    return Invalid(words, field="".join(f"/{step}" for step in steps))


def _steps(place: str) -> Iterator[str]:
    """Split ``$.also[0].value`` into its steps; ``[...]``, a key msgspec does not name, ends them."""
    for step in place.removeprefix("$").replace("[", ".[").split("."):
        if step.startswith("[") and not step[1:-1].isdigit():
            return
        if step:
            yield _escaped(step.strip("[]"))


def _escaped(step: str) -> str:
    return step[:64].replace("~", "~0").replace("/", "~1")


def _reason(error: Exception) -> str:
    """Say why JSON cannot be read, without showing what stands there."""
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} is not UTF-8"
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
