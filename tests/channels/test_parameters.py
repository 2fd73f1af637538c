"""The parameters of a call, whether they were posted or stand in the address."""

from __future__ import annotations

import pytest

from channels import parameters
from router.errors import Malformed
from router.ports import Request

URL = "https://contact.example.com/v1/hooks/sms/vonage/main"


def call(method: str = "GET", query: str = "", body: bytes = b"") -> Request:
    """Make a call with parameters in its address, its body, or both."""
    return Request(method, f"{URL}?{query}", {}, body)


def test_what_is_posted_counts_before_the_address() -> None:
    """And where nothing is posted, or by GET, the address does."""
    assert list(parameters.of(call("POST", "a=1", b"b=2"))) == [("b", "2")]
    assert list(parameters.of(call("POST", "a=1"))) == [("a", "1")]
    assert list(parameters.of(call("GET", "a=1", b"b=2"))) == [("a", "1")]


def test_every_field_counts_in_its_order() -> None:
    """Blank ones, names that come twice, and bytes that are no UTF-8, which stay what they were."""
    assert list(parameters.of_body(call(body=b"a=&b=1&a=%FF+x"))) == [
        ("a", ""),
        ("b", "1"),
        ("a", "\udcff x"),
    ]


@pytest.mark.parametrize(
    "broken",
    [
        call("POST", body=b"&".join([b"a=1"] * 1001)),
        call(query="&".join(["a=1"] * 1001)),
        Request("GET", "https://[::1/v1?a=1", {}, b""),
    ],
)
def test_what_cannot_be_read_is_refused(broken: Request) -> None:
    """More than a thousand fields, or an address that is none."""
    with pytest.raises(Malformed):
        parameters.of(broken)
