"""The parameters of a call: the fields of a form, or those of the address where there is none.

Every field counts, blank ones too, and bytes that are no UTF-8 are kept as surrogates: providers sign what
they sent, not what could be read of it. Forms of mail, each field with a charset of its own: ``form.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

from router.errors import Malformed
from router.ports import Request

Pairs = Sequence[tuple[str, str]]

_MOST_FIELDS = 1000  # providers send some forty; a limit keeps a hostile body cheap


def of(request: Request) -> Pairs:
    """Read the form that was posted, or where nothing was the address; Malformed as those are."""
    return of_body(request) if request.method == "POST" and request.body else of_address(request)


def of_body(request: Request) -> Pairs:
    """Read the body as a form; Malformed where it has too many fields."""
    try:
        return _pairs(request.body.decode("ascii", "surrogateescape"))
    except ValueError as error:
        raise Malformed(f"the form cannot be read: {error}") from None


def of_address(request: Request) -> Pairs:
    """Read the query of the address as it was called; Malformed where it is no address, or has too many."""
    try:
        return _pairs(urlsplit(request.url).query)
    except ValueError as error:
        raise Malformed(f"the address cannot be read: {error}") from None


def _pairs(encoded: str) -> Pairs:
    return parse_qsl(
        encoded, keep_blank_values=True, encoding="utf-8", errors="surrogateescape",
        max_num_fields=_MOST_FIELDS,
    )  # fmt: skip
