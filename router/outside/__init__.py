"""What we do in the world outside: calls, and WebSockets that we open."""

from router.outside.internet import MOST_BYTES, Internet

__all__ = ["MOST_BYTES", "Internet"]
