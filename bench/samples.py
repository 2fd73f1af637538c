"""The events that are sent: customers who wrote before and write again, 400 bytes an event."""

from __future__ import annotations

import msgspec

from bench.load import MARK
from router.model.event import Event
from router.model.handle import Party

_TEXT = "Where is my order 4711? It was promised for Tuesday and the tracking page says nothing at all. "


def event(customer: int, number: str) -> Event:
    """Make a message of a customer; ``number`` makes its id."""
    return Event(
        id=f"SM-{number}",
        source="twilio:AC1",
        channel="sms",
        kind="message",
        direction="in",
        author="customer",
        customer=Party("tel", f"+1415{customer % 10**7 + 2_000_000:07d}"),
        to="+14155559999",
        text=_TEXT,
        provider="twilio",
        queue="support",
    )


def bodies(customers: int) -> list[bytes]:
    """Write an event of each customer as JSON, with a mark where its number goes."""
    encode = msgspec.json.Encoder().encode
    return [encode(event(customer, MARK.decode())) for customer in range(customers)]


def batches(customers: int, size: int) -> list[bytes]:
    """Write batches (NDJSON) that go round the customers, each event with a number of its own."""
    encode = msgspec.json.Encoder().encode
    return [
        b"\n".join(
            encode(event(customer, f"{place}-{MARK.decode()}"))
            for place, customer in enumerate(range(first, first + size))
        )
        for first in range(0, customers, size)
    ]
