"""PDUs of SMPP 3.4: cut a stream of bytes into them, and write the responses.

The header is that of the specification, §3.2. Integers are big-endian.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from router.errors import Malformed

DELIVER_SM, DATA_SM = 0x05, 0x103
HEADER = struct.Struct(">IIII")
_ANSWERED = frozenset({DELIVER_SM, DATA_SM, 0x06, 0x15})  # … unbind, enquire_link
_WITH_ID = frozenset({DELIVER_SM, DATA_SM})  # their responses carry an empty message_id
_MOST = 65_536  # bytes of a PDU; a message_payload has at most 64 KiB


class Pdu(NamedTuple):
    """One PDU: what it is, the number that its response repeats, and all its bytes."""

    command: int
    sequence: int
    raw: bytes


def cut(body: bytes) -> list[Pdu]:
    """Cut a stream into its PDUs; Malformed where it does not begin and end with whole ones."""
    found, at = [], 0
    while at < len(body):
        if len(body) - at < HEADER.size:
            raise Malformed("the body ends within the header of a PDU")
        length, command, _, sequence = HEADER.unpack_from(body, at)
        if not HEADER.size <= length <= min(_MOST, len(body) - at):
            raise Malformed("the length of a PDU is not that of the body")
        found.append(Pdu(command, sequence, body[at : at + length]))
        at += length
    return found


def responses(pdus: list[Pdu]) -> bytes:
    """Write the responses that the centre waits for: all is well."""
    return b"".join(
        HEADER.pack(16 + len(rest), pdu.command | 0x8000_0000, 0, pdu.sequence) + rest
        for pdu in pdus
        if pdu.command in _ANSWERED
        for rest in [b"\0" if pdu.command in _WITH_ID else b""]
    )
