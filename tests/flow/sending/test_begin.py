"""Writing to a customer first: once, and their answer falls into the same conversation."""

from __future__ import annotations

from typing import Any

from service import Service, ask
from twilio_api import Messages
from twilio_talk import OURS, TEL, conversation, until


async def test_we_may_write_first_and_the_answer_falls_into_the_same_conversation(
    service: Service, api: Messages
) -> None:
    """Begun once for a key; what the customer answers belongs to it."""
    first = {"customer": f"tel:{TEL}", "source": "twilio:main", "from": OURS, "text": "your parcel is here"}
    async with service.client() as client:
        headers = {"Idempotency-Key": "k1"}
        begun = [await ask(client, "POST", "/v1/conversations", first, headers=headers) for _ in range(3)]
        assert {one["event"] for one in begun} == {begun[0]["event"]}
        await until(client, "sent")
        assert await conversation(client) == begun[0]["conversation"]
    assert [(one["To"], one["From"], one["Body"]) for one in api.taken] == [
        (TEL, OURS, "your parcel is here")
    ]


NOT_TO_BE_WRITTEN_TO: list[tuple[dict[str, Any], int, str]] = [
    ({"customer": "nobody"}, 422, "invalid"),
    ({"customer": "tel:abc"}, 409, "cannot-send"),
    ({"customer": "mailto:a@example.org"}, 409, "cannot-send"),
    ({"source": "twilio:other"}, 409, "cannot-send"),
    ({"source": "twilio:mute"}, 409, "cannot-send"),
    ({"from": None}, 409, "cannot-send"),
    ({"text": None}, 422, "invalid"),
]


async def test_who_cannot_be_written_to_first_is_named(service: Service) -> None:
    """Nobody's address, an account that cannot, no address of ours."""
    async with service.client() as client:
        for change, status, code in NOT_TO_BE_WRITTEN_TO:
            first = {
                "customer": f"tel:{TEL}",
                "source": "twilio:main",
                "from": OURS,
                "text": "hello",
            } | change
            body = {name: value for name, value in first.items() if value is not None}
            async with client.post("/v1/conversations", json=body) as response:
                assert (response.status, (await response.json())["code"]) == (status, code), change
