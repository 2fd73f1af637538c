"""The manager interface on the wire: blocks, whatever pieces they come in; TLS."""

from __future__ import annotations

import itertools
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asterisk_manager import SECRET, Manager, trace
from certificates import certify
from hypothesis import given
from hypothesis import strategies as st

from channels.voice.asterisk_ami import AmiListener
from channels.voice.asterisk_blocks import LONGEST_LINE, MOST_FIELDS, Blocks, Fields
from router.errors import Malformed
from router.ports import Account

CALL = b"Asterisk Call Manager/9.0.0\r\n" + trace("queue_call")


def read(*chunks: bytes) -> list[Fields]:
    """Read chunks into the fields of their blocks."""
    blocks = Blocks()
    return [block.fields for chunk in chunks for block in blocks.feed(chunk)] + [
        block.fields for block in blocks.close()
    ]


@given(cuts=st.lists(st.integers(0, len(CALL)), max_size=20).map(sorted))
def test_chunks_may_end_anywhere(cuts: list[int]) -> None:
    """Wherever a stream is cut into chunks, its blocks are the same."""
    places = [0, *cuts, len(CALL)]
    assert read(*(CALL[a:b] for a, b in itertools.pairwise(places))) == read(CALL)


def test_a_block_is_read_as_it_is_written() -> None:
    """Empty values, colons in values, names in any case, repeated names, lines that are no field."""
    raw = b"Event: A\r\nUniqueID: 1.1\r\nEmpty:\r\nBlank: \r\nVariable: a=b:c\r\nVariable: d\r\nno\r\n\r\n"
    assert read(raw) == [
        {"event": "A", "uniqueid": "1.1", "empty": "", "blank": "", "variable": "a=b:c"},
    ]


@pytest.mark.parametrize(
    ("raw", "name"),
    [("Jürgen".encode(), "Jürgen"), ("Jürgen".encode("latin-1"), "Jürgen"), (b"a\0b", "a\ufffdb")],
)
def test_a_name_in_either_encoding(raw: bytes, name: str) -> None:
    """UTF-8, else Latin-1; never what cannot be kept."""
    assert read(b"CallerIDName: " + raw + b"\r\n\r\n") == [{"calleridname": name}]


def test_bare_line_ends_and_a_cut_end() -> None:
    """A capture by other means than the wire is read as well."""
    assert read(b"Event: A\nX: 1\n\n\n\nEvent: B") == [{"event": "A", "x": "1"}, {"event": "B"}]


@pytest.mark.parametrize(
    "raw", [b"x" * (LONGEST_LINE + 1), b"x" * (LONGEST_LINE + 1) + b"\r\n", b"a: b\r\n" * (MOST_FIELDS + 1)]
)
def test_what_has_no_end_is_refused(raw: bytes) -> None:
    """A stream can make neither a line nor a block as large as it likes."""
    with pytest.raises(Malformed):
        list(Blocks().feed(raw))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Write a certificate for 127.0.0.1 that is its own authority, and its key."""
    return certify(tmp_path_factory.mktemp("tls"))


async def test_tls_to_a_certificate_we_trust(
    listen: Callable[..., Any], certificate: tuple[Path, Path]
) -> None:
    """With its certificate as ``tls_ca`` it is heard."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    async with listen(context, tls=True, tls_ca=str(certificate[0])) as (manager, kept):
        (await manager.sessions.get()).write(CALL.partition(b"\r\n")[2])
        await kept.until(9)


async def test_tls_to_a_stranger(certificate: tuple[Path, Path]) -> None:
    """A certificate nobody vouches for is refused before anything is said."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    manager = Manager(context)
    await manager.start()
    settings = {"host": "127.0.0.1", "port": manager.port, "username": "router", "tls": True}
    with pytest.raises(ssl.SSLCertVerificationError):
        await AmiListener(Account("voice", "asterisk", "main", secret=SECRET, settings=settings))._hear()
    await manager.stop()
    assert manager.actions == []
