"""How far a call came, and that it goes out once: the client would repeat some, or go where it is sent."""

from __future__ import annotations

from types import SimpleNamespace

import aiohttp
from msgspec import Struct


class Progress(Struct):
    """How far a call came: ``begun`` once a part of it may have gone out."""

    begun: bool = False


class Again(aiohttp.ClientError):
    """The connection broke, and the client begins anew."""


class Elsewhere(aiohttp.ClientError):
    """An answer that would send us somewhere else."""


async def begins(_: aiohttp.ClientSession, context: SimpleNamespace, __: object) -> None:
    """Note that the connection is there and the first bytes are about to go out.

    They go out once: where a connection breaks, the client would make a PUT or a DELETE again by itself.
    """
    if isinstance(progress := context.trace_request_ctx, Progress):
        if progress.begun:
            raise Again
        progress.begun = True


async def stays(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Refuse to be sent elsewhere for a WebSocket: the client would go, with our password."""
    response = await handler(request)
    if "Upgrade" in request.headers and response.status in range(300, 400):
        response.close()
        raise Elsewhere(f"it sends us elsewhere: HTTP {response.status}")
    return response
