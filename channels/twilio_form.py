"""The form that Twilio calls with: in the body of a POST, else in the address."""

from __future__ import annotations

from collections.abc import Mapping

from channels import ours, parameters
from channels.fit import clean
from router.ports import Request

Fields = Mapping[str, str]

_FORM = "application/x-www-form-urlencoded"


def is_form(request: Request) -> bool:
    """Tell whether the body is a form: its Content-Type says so, or nothing."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() in {"", _FORM}


def fields(request: Request) -> Fields:
    """Give the fields by name, cleaned, the first where one comes twice; Malformed where they are none."""
    found = parameters.of_body(request) if request.method == "POST" else parameters.of_address(request)
    return {clean(name): clean(value) for name, value in reversed(found)}


def message_of_ours(request: Request) -> str | None:
    """Give the message that a report is about, by the name we put into the address it is called at."""
    return ours.message_of_ours(dict(parameters.of_address(request)).get("message"))
