"""Bodies and headers to try signatures with, beside the official libraries that make and check them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hypothesis import strategies as st

from router.errors import Unverified
from router.ports import Account, Channel, Request

_NASTY = (
    "", " ", "{}", "null", "\ufeff{}", "\0", "a\r\nb\r\n", "a\nb\n", "é" * 5000, "a.b.c",
    '{"url":"https:\\/\\/a.example\\/?a=1&b=%20+"}',
    '{"text":"\\ud83d\\ude00 \\u00e9"}', '{"text":"😀 é e\u0301 \u202e \u2028"}', "a=1&b=%2B+%20&c",
)  # fmt: skip
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
bodies = st.one_of(st.sampled_from(_NASTY), words)
"""Texts as bodies: empty, escaped in ways that are lost by reading and writing again, long, of any script."""

junk = st.one_of(
    st.text(max_size=40),
    st.sampled_from([
        "", " ", "=", "é", "\ud800", "\0", "a,b", "v1,a,b", "v1,é", "v0=", "v0=é", "Bearer ", "a.b.c", "..",
        "-1", "1e9", "1772445600.0", "\u0661" * 10, "9" * 5000, "=" * 5000,
        "e30.e30.", "eyJhbGciOiJub25lIn0.e30.",
    ]),
)  # fmt: skip
"""What may stand in a header where a signature or its time belongs."""


def holds(adapter: Channel, request: Request, account: Account, now: float) -> bool:
    """Tell whether an adapter takes a request for genuine; any error but Unverified goes through."""
    try:
        adapter.verify(request, account, now)
    except Unverified:
        return False
    return True


def accepts(check: Callable[[], object]) -> bool:
    """Tell whether an official library takes something for genuine; they raise all sorts of things."""
    try:
        return check() is not False
    except Exception:  # noqa: BLE001 - whatever it raises, it did not accept
        return False


def changed(body: bytes) -> Iterator[bytes]:
    """Give bodies that are nearly this one: as middlemen, parsers and forgers make them."""
    variants = {
        body + b" ", body + b"\n", body[:-1], body[1:], b" " + body, body.replace(b"\r\n", b"\n"),
        body.replace(b"\\/", b"/"), body.replace(b"%20", b"+"), body.upper(),
        bytes(byte ^ 1 for byte in body[:1]) + body[1:],
    }  # fmt: skip
    yield from sorted(variants - {body})
