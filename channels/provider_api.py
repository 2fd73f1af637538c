"""The API of a provider: how a message of ours goes there, and what its answer means.

The meaning is the same everywhere but for the words: 2xx took the message, 4xx has not, 5xx may have. What a
provider does not take now but may take later (429, and 503 where it says when) has surely not arrived.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import quote, urlencode

import msgspec

from channels import wire
from channels.fit import clean, fit
from channels.wire import Table
from router.errors import Malformed, OutcomeUnknown, Rejected, Unsent
from router.model.cloudevents import decoded
from router.ports import Account, Answer, Call, Sent, Setting

API_URL = Setting("api_url", "where its API is called, if not at its own address")
_WORDS = 512  # characters of what a provider says
_JSON = {"content-type": "application/json; charset=utf-8"}
_FORM = {"content-type": "application/x-www-form-urlencoded"}
_TAKEN, _FAILED = range(200, 300), 500
_LATER, _AWAY = frozenset({408, 425, 429}), 503  # 408: the request did not come whole


class Measure(NamedTuple):
    """How a provider counts a text."""

    unit: str
    count: Callable[[str], int]


CHARACTERS = Measure("characters", len)
UTF16 = Measure("UTF-16 units", lambda text: len(text.encode("utf-16-le")) // 2)
UTF8 = Measure("bytes", lambda text: len(text.encode("utf-8")))


def address(account: Account, base: str, *path: str) -> str:
    """Give the address of a call, at the account's ``api_url`` or else at the provider's own."""
    root = (account.setting("api_url") or base).rstrip("/")
    return "/".join((root, *(quote(part, safe=":", errors="replace") for part in path)))


def json(url: str, told: object, headers: Mapping[str, str]) -> Call:
    """Make a call with a body of JSON."""
    return Call("POST", url, {**_JSON, **headers}, msgspec.json.encode(told))


def form(url: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> Call:
    """Make a call with a form."""
    return Call("POST", url, {**_FORM, **headers}, urlencode(fields, errors="replace").encode("ascii"))


def bearer(token: str) -> dict[str, str]:
    """Prove who we are by a token."""
    return {"authorization": f"Bearer {token}"}


def basic(user: str, password: str) -> dict[str, str]:
    """Prove who we are by a name and a password (RFC 7617)."""
    proof = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    return {"authorization": f"Basic {proof}"}


def told(answer: Answer) -> Table:
    """Read the object an answer holds; an empty one where it holds none."""
    try:
        return wire.table(decoded(answer.body))
    except Malformed:
        return wire.NONE


def require_taken(answer: Answer, said: str, *, later: bool = False) -> None:
    """Return if the provider took the message; else raise what its answer means, in the words ``said``.

    ``later``: the provider's own code says that it was not taken, and may be tried again.
    """
    status = answer.status
    if status in _TAKEN:
        return
    told = f"{said} (HTTP {status})" if said else f"HTTP {status}"
    if later or status in _LATER or (status == _AWAY and "retry-after" in answer.headers):
        raise Unsent(told)
    if status >= _FAILED:
        raise OutcomeUnknown(told)
    raise Rejected(told)


def passing(answer: Answer) -> bool:
    """Tell an answer that speaks of the provider's state, not of the message."""
    return answer.status in _LATER or answer.status >= _FAILED


def saying(code: str, words: str | None, secret: str) -> str:
    """Give a provider's code and words in one bounded line; some repeat the credential they refuse."""
    line = ": ".join(part for part in (code, words) if part)
    shown = (line.replace(secret, "…") if secret else line)[: 2 * _WORDS]
    printed = "".join(char if char.isprintable() else " " for char in shown)
    return " ".join(printed.split())[:_WORDS]


def sent(native: str) -> Sent:
    """Name what was taken; without a name nobody can tell whether it was."""
    if not native:
        raise OutcomeUnknown("the answer says that it was taken, and does not name it")
    return Sent(fit(native))


def fitting(text: str, most: int, measure: Measure) -> str:
    """Give a text as it can be sent; Rejected where it is empty, or longer than the provider takes."""
    written = clean(text)
    if not written.strip():
        raise Rejected("the text is empty")
    if (long := measure.count(written)) > most:
        raise Rejected(f"the text has {long} {measure.unit}: shorten it to {most}")
    return written
