"""Forms: multipart and urlencoded bodies into fields of bytes, since each field may have its own charset.

A multipart form is cut by the same reader as mail: its cost is linear, line feeds alone are as good as
with carriage returns, and a last boundary that is missing loses nothing.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from msgspec import Struct

from channels.email.charsets import decode
from channels.email.fields import Head
from channels.email.mime import Unreadable, content_type, read_parts
from channels.email.params import read_params
from router.errors import Malformed
from router.ports import Request

MULTIPART, URLENCODED = "multipart/form-data", "application/x-www-form-urlencoded"
_MOST_FIELDS = 1000


class Field(Struct, frozen=True):
    """One field: its name, its bytes, and where it is a file the name and type the sender gave it."""

    name: str
    content: bytes
    filename: str | None = None
    mime: str | None = None

    def text(self, charset: str | None = None) -> str:
        """Read the bytes by a charset, as mailers mean it, with plain line feeds. Never raises."""
        return decode(self.content, charset).replace("\r\n", "\n").replace("\r", "\n")


class Form(Struct, frozen=True):
    """The fields of a form, in order; a name may come more than once."""

    fields: tuple[Field, ...]

    def field(self, name: str) -> Field | None:
        """Give the first field of a name."""
        return next((field for field in self.fields if field.name == name), None)

    def text(self, name: str, charset: str | None = None) -> str | None:
        """Give the first field of a name as text; None where there is none."""
        found = self.field(name)
        return None if found is None else found.text(charset)

    def last(self, name: str) -> str:
        """Give the last field of a name as text, without blanks around it; empty where there is none."""
        found = next((field for field in reversed(self.fields) if field.name == name), None)
        return "" if found is None else found.text().strip()


def media(request: Request) -> str:
    """Give the media type of a request in lower case, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def is_form(request: Request) -> bool:
    """Tell whether a request says that it is a form."""
    return media(request) in {MULTIPART, URLENCODED}


def read_form(request: Request) -> Form:
    """Read a form of either kind; Malformed where it is none, or has more than a thousand fields."""
    if media(request) == URLENCODED:
        return _urlencoded(request.body)
    head = Head((("content-type", request.headers.get("content-type", "")),))
    try:
        top = read_parts(head, request.body)
    except Unreadable:
        raise Malformed(f"the form has more than {_MOST_FIELDS} parts") from None
    if content_type(head) != MULTIPART or not top.parts:
        raise Malformed("the body is no multipart form, or its boundary is not that of the Content-Type")
    found = []
    for part in top.parts:
        kind, params = read_params(part.head.first("content-disposition"))
        if kind == "form-data" and "name" in params:
            mime = content_type(part.head, "") or None
            body = part.content() if not part.parts else b""
            found.append(Field(params["name"], body, part.name(), mime))
    return Form(tuple(found))


def _urlencoded(body: bytes) -> Form:
    """Read ``name=value&…``; latin-1 carries the bytes through unharmed."""
    try:
        pairs = parse_qsl(
            body.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=_MOST_FIELDS
        )
    except ValueError as error:
        raise Malformed(f"the form cannot be read: {error}") from None
    return Form(
        tuple(Field(decode(name.encode("latin-1")), value.encode("latin-1")) for name, value in pairs)
    )
