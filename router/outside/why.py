"""Words for what went wrong outside, without an address: it may hold a secret."""

from __future__ import annotations

import os
import ssl

import aiohttp

from router.outside.line import Unfit
from router.outside.once import Again, Elsewhere


def why(problem: Exception) -> str:
    """Say what went wrong without an address, which may hold a secret."""
    match problem:
        case TimeoutError():
            return "it took too long"
        case aiohttp.ClientConnectorDNSError():
            return "its name is not known"
        case aiohttp.ClientConnectorCertificateError():
            return "its certificate is not valid"
        case ssl.SSLError():
            return "it speaks no TLS with us"
        case OSError(errno=int(number)) if number > 0:
            return os.strerror(number).lower()
        case aiohttp.ServerDisconnectedError() | Again():
            return "it closed the connection"
        case aiohttp.ClientPayloadError():
            return "its answer ends early"
        case Unfit() | Elsewhere():
            return str(problem)
        case _:
            return type(problem).__name__
