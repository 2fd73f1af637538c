"""A captured conversation of web chat: what a client said over the WebSocket, one frame a line."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from router.errors import Malformed
from router.model.chat import Frame, Hello, read_frame
from router.ports import Request

_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def conversation(request: Request) -> tuple[Hello, list[Frame]]:
    """Read what a client said: its last hello, and the rest. Malformed where it is no web chat."""
    if not request.url.lower().startswith(("ws:", "wss:")):
        raise Malformed("web chat comes over its WebSocket, not by HTTP")
    frames = list(_frames(request.body))
    if not frames or not isinstance(frames[0], Hello):
        raise Malformed("it does not begin with a hello")
    hellos = [frame for frame in frames if isinstance(frame, Hello)]
    return hellos[-1], [frame for frame in frames if not isinstance(frame, Hello)]


def _frames(body: bytes) -> Iterator[Frame]:
    """Give the frames that can be read; the others were answered with an error."""
    for line in body.split(b"\n"):
        try:
            if line.strip():
                yield read_frame(line)
        except _UNREADABLE:
            continue
