"""Calls of ours: what surely did not arrive, what may have, and what comes back. To real servers."""

from __future__ import annotations

import asyncio
import gzip
import os
import ssl
import sys
import traceback
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from certificates import certify
from servers import free_port

from router.errors import OutcomeUnknown, RouterError, Unsent
from router.outside import MOST_BYTES, Internet
from router.ports import Call

Playing = Callable[..., AbstractAsyncContextManager[int]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
BODY = b"b" * 1000
ENOUGH = 20  # times; what closes a connection and what writes to it run beside each other


def post(port: int, path: str = "/", scheme: str = "http") -> Call:
    """Give a call that sends something to a server here."""
    return Call("POST", f"{scheme}://127.0.0.1:{port}{path}", {"content-type": "text/plain"}, BODY)


async def head(reader: asyncio.StreamReader) -> bytes:
    """Read a request up to its body."""
    return await reader.readuntil(b"\r\n\r\n")


async def whole(reader: asyncio.StreamReader) -> bytes:
    """Read a request to its end."""
    return await head(reader) + await reader.readexactly(len(BODY))


class Recorder:
    """Answers every request with ``answer``; ``heard`` is what came, one each connection."""

    def __init__(self, answer: bytes = OK, body: int = len(BODY)) -> None:
        self.answer, self.heard, self._body = answer, list[bytes](), body

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Play to one connection."""
        self.heard.append(await head(reader) + await reader.readexactly(self._body))
        writer.write(self.answer)
        await writer.drain()


# -- what surely did not arrive --------------------------------------------------------------------


async def test_where_nobody_listens_nothing_arrives(internet: Internet) -> None:
    """Refused; a name that is none; both may be tried again."""
    with pytest.raises(Unsent, match=r"127\.0\.0\.1 cannot be reached"):
        await internet.call(post(free_port()))
    with pytest.raises(Unsent):
        await internet.call(Call("POST", "https://nobody.invalid/", {}, BODY))


async def test_who_does_not_shake_hands_got_nothing(playing: Playing) -> None:
    """A server that is silent before TLS holds us up for the time to connect, no longer."""
    internet, over = Internet(connect_s=0.1), asyncio.Event()

    async def silent(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        await over.wait()

    async with playing(silent) as port:
        with pytest.raises(Unsent, match="too long"):
            await internet.call(post(port, scheme="https"))
        over.set()
    await internet.close()


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0" * 100])
async def test_who_speaks_no_tls_got_nothing(internet: Internet, playing: Playing, first: bytes) -> None:
    """It closes, or speaks something else, while we shake hands."""

    async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(first)
        await writer.drain()

    async with playing(rude) as port:
        with pytest.raises(Unsent):
            await internet.call(post(port, scheme="https"))


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1"])
async def test_a_certificate_we_do_not_trust_gets_nothing(
    internet: Internet, playing: Playing, tmp_path: Path, address: str
) -> None:
    """Of an authority nobody knows, and for another address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certify(tmp_path, address))
    recorder = Recorder()
    async with playing(recorder, context) as port:
        with pytest.raises(Unsent, match="certificate is not valid"):
            await internet.call(post(port, scheme="https"))
    assert recorder.heard == []


@pytest.mark.parametrize(
    "url",
    [
        "", "nowhere", "/v1", "ftp://127.0.0.1/", "file:///etc/passwd", "http://", "http://[", "http:///a",
        "http://127.0.0.1:99999/", "http://127.0.0.1:x/", "http://127.0.0.1/a b", "http://127.0.0.1/\r\nX: y",
        "http://127.0.0.1/é", "http://é/", "http://127.0.0.1/\ud800", "javascript:alert(1)",
    ],
)  # fmt: skip
async def test_what_is_no_address_is_not_called(internet: Internet, url: str) -> None:
    """And a line end in one begins no line of its own."""
    with pytest.raises(Unsent, match="it is no address"):
        await internet.call(Call("POST", url, {}, BODY))


@pytest.mark.parametrize(
    ("name", "value"), [("a", "b\r\nc: d"), ("a\r\nb", "c"), ("a b", "c"), ("a", "\0"), ("", "")]
)
async def test_a_header_is_one_line(internet: Internet, playing: Playing, name: str, value: str) -> None:
    """What would be several is sent to nobody."""
    recorder = Recorder()
    async with playing(recorder) as port:
        with pytest.raises(Unsent):
            await internet.call(Call("POST", f"http://127.0.0.1:{port}/", {name: value}, BODY))
    assert recorder.heard == []


# -- what may have arrived -------------------------------------------------------------------------


@pytest.mark.parametrize("reset", [True, False])
@pytest.mark.parametrize("moment", ["at once", "after the head", "after the body"])
async def test_a_connection_that_ends_early_leaves_it_open(
    internet: Internet, playing: Playing, moment: str, reset: bool
) -> None:
    """Once connected, whoever closes or resets may have read it; it is never called unsent."""

    async def leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if moment != "at once":
            await (head(reader) if moment == "after the head" else whole(reader))
        if reset:
            writer.transport.abort()

    async with playing(leave) as port:
        for _ in range(ENOUGH):
            with pytest.raises(OutcomeUnknown):
                await internet.call(post(port))


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST", "PATCH"])
async def test_no_call_goes_out_twice(internet: Internet, playing: Playing, method: str) -> None:
    """Who closes without an answer hears it once, though to repeat some of them would be allowed."""
    heard = []

    async def leave(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        heard.append(await whole(reader))

    async with playing(leave) as port:
        with pytest.raises(OutcomeUnknown):
            await internet.call(Call(method, f"http://127.0.0.1:{port}/", {}, BODY))
    assert len(heard) == 1


@pytest.mark.parametrize(
    "part",
    [
        b"HTTP", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nok", b"\x16\x03\x01 no http\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nno gzip, ",
    ],
)  # fmt: skip
async def test_half_an_answer_leaves_it_open(internet: Internet, playing: Playing, part: bytes) -> None:
    """So does one that is no answer at all."""
    async with playing(Recorder(part)) as port:
        with pytest.raises(OutcomeUnknown):
            await internet.call(post(port))


@pytest.mark.parametrize("part", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"])
async def test_silence_leaves_it_open(playing: Playing, part: bytes) -> None:
    """Who takes it and never answers, or never ends, holds us up for the whole time of a call."""
    internet, over = Internet(total_s=0.1), asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await whole(reader)
        writer.write(part)
        await over.wait()

    async with playing(silent) as port:
        with pytest.raises(OutcomeUnknown, match="too long"):
            await internet.call(post(port))
        over.set()
    await internet.close()


# -- what goes out, what comes back ----------------------------------------------------------------


async def test_a_call_goes_out_as_it_is(internet: Internet, playing: Playing) -> None:
    """The query byte for byte, the headers, the body; who we are; on a connection of its own each time."""
    recorder = Recorder()
    async with playing(recorder) as port:
        for _ in range(2):
            answer = await internet.call(post(port, "/a%2fb/%C3%A9?z=1&a=%2B+b&=&arn:aws#part"))
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"ok", "2")
    assert len(recorder.heard) == 2
    head, _, body = recorder.heard[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /a%2fb/%C3%A9?z=1&a=%2B+b&=&arn:aws HTTP/1.1\r\n")
    assert body == BODY
    lines = head.lower().split(b"\r\n")
    assert b"content-type: text/plain" in lines
    assert b"connection: close" in lines
    assert any(line.startswith(b"user-agent: omnichannel-router/") for line in lines)


async def test_whom_the_system_trusts_we_trust(playing: Playing, tmp_path: Path) -> None:
    """``SSL_CERT_FILE`` may name the authority of a house; by it a call over TLS arrives."""
    certificate, key = certify(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    recorder = Recorder()
    script = (
        "import asyncio, sys; from router.outside import Internet; from router.ports import Call\n"
        "async def main():\n"
        "    internet = Internet()\n"
        "    print((await internet.call(Call('POST', sys.argv[1], {}, b'b' * 1000))).status)\n"
        "    await internet.close()\n"
        "asyncio.run(main())"
    )
    async with playing(recorder, context) as port:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", script, f"https://127.0.0.1:{port}/",
            stdout=asyncio.subprocess.PIPE, env={**os.environ, "SSL_CERT_FILE": str(certificate)},
        )  # fmt: skip
        told, _ = await process.communicate()
    assert (told, len(recorder.heard)) == (b"200\n", 1)


async def test_a_query_may_stand_without_a_path(internet: Internet, playing: Playing) -> None:
    """The request line has one all the same."""
    recorder = Recorder(body=0)
    async with playing(recorder) as port:
        await internet.call(Call("GET", f"http://127.0.0.1:{port}?a=b"))
    assert recorder.heard[0].startswith(b"GET /?a=b HTTP/1.1\r\n")


async def test_nobody_sends_us_elsewhere(internet: Internet, playing: Playing) -> None:
    """A redirect is an answer like any other; what it names is not visited."""
    target = Recorder()
    async with playing(target) as other:
        moved = b"HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1:%d/\r\nContent-Length: 0\r\n\r\n" % other
        async with playing(Recorder(moved)) as port:
            answer = await internet.call(post(port))
    assert (answer.status, target.heard) == (307, [])


async def test_no_cookie_and_no_proxy_of_the_machine(
    internet: Internet, playing: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a provider sets is not brought back, and the environment leads no call astray."""
    astray = Recorder()
    jar = Recorder(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\nContent-Length: 0\r\n\r\n")
    async with playing(astray) as proxy, playing(jar) as port:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy}")
        for _ in range(2):
            answer = await internet.call(post(port))
    assert answer.headers["set-cookie"] == "a=b, c=d"
    assert (len(jar.heard), astray.heard) == (2, [])
    assert b"cookie" not in jar.heard[1].lower()


async def test_an_answer_is_read_so_far_and_no_further(internet: Internet, playing: Playing) -> None:
    """More than a mebibyte is cut, also where it comes packed small."""
    long = b"x" * (3 * MOST_BYTES)
    for body, coding in ((long, b""), (gzip.compress(long), b"Content-Encoding: gzip\r\n")):
        answer = b"HTTP/1.1 200 OK\r\n%bContent-Length: %d\r\n\r\n%b" % (coding, len(body), body)
        async with playing(Recorder(answer)) as port:
            assert (await internet.call(post(port))).body == long[:MOST_BYTES]


async def test_no_word_of_an_address_is_told(internet: Internet, playing: Playing) -> None:
    """Some providers have the password in it; the name of the host is enough to know."""
    secret = "bot-" + "pass"
    async with playing(Recorder(b"HTTP")) as port:
        for place in (f"ada:{secret}@127.0.0.1:{port}", f"127.0.0.1:{free_port()}", f"{secret}:x"):
            with pytest.raises(RouterError) as told:
                await internet.call(Call("POST", f"http://{place}/{secret}", {"x": secret}, BODY))
            assert secret not in told.value.detail + "".join(traceback.format_exception(told.value))
