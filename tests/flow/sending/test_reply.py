"""What an agent answers: on the timeline at once, sent once, refused with a reason."""

from __future__ import annotations

import asyncio

import twilio_api
from service import Service
from twilio_api import Messages
from twilio_talk import HOOK, OURS, PUBLIC, TEL, conversation, hook, ours, say, until


async def test_an_answer_is_queued_at_once_sent_once_and_moves_forward_only(
    service: Service, api: Messages
) -> None:
    """While the provider thinks it is there as queued; then sent, delivered, and never back."""
    api.doing = twilio_api.silent
    async with service.client() as client:
        cnv = await conversation(client)
        said = await say(client, cnv, "on its way")
        assert (said["status"], said["conversation"], said["duplicate"]) == ("queued", cnv, False)
        (entry,) = await ours(client)
        assert (entry["event"], entry["text"], entry["agent"]) == (said["event"], "on its way", "ada")
        assert (entry["conversation"], entry["status"], entry["author"]) == (cnv, "queued", "agent")
        (asked,) = api.asked
        assert asked.pop("StatusCallback").startswith(f"{PUBLIC}{HOOK}?message=snd_")
        assert asked == {"To": TEL, "From": OURS, "Body": "on its way"}
        (found,) = await until(client, "unknown")
        assert found["reason"] == "the provider did not answer within 2 s"

        api.doing = twilio_api.taking
        second = await say(client, cnv, "sorry for the wait")
        assert second["status"] in {"queued", "sent"}
        await until(client, "unknown", "sent")
        for status in ("delivered", "sent", "queued"):
            form = {
                "MessageSid": "SM1",
                "AccountSid": "AC1",
                "From": OURS,
                "To": TEL,
                "MessageStatus": status,
            }
            await hook(client, HOOK, form)
        await until(client, "unknown", "delivered")
    assert len(api.asked) == 2


async def test_the_same_key_says_it_once(service: Service, api: Messages) -> None:
    """Of sixty-four at once one is sent; the others hear what came of it. Another text is refused."""
    async with service.client() as client:
        cnv = await conversation(client)
        answers = await asyncio.gather(*(say(client, cnv, "only once", "k1") for _ in range(64)))
        assert len({answer["event"] for answer in answers}) == 1
        assert [answer["duplicate"] for answer in answers].count(False) == 1
        await until(client, "sent")
        assert (await say(client, cnv, "only once", "k1"))["status"] == "sent"
        path, other = f"/v1/conversations/{cnv}/messages", {"text": "something else", "agent": "ada"}
        async with client.post(path, json=other, headers={"Idempotency-Key": "k1"}) as response:
            assert response.status == 409
            assert (await response.json())["code"] == "id-reused"
        await say(client, cnv, "only once", "k2")
        await until(client, "sent", "sent")
    assert [one["Body"] for one in api.taken] == ["only once", "only once"]


async def test_what_the_provider_refuses_has_failed_and_says_why(service: Service, api: Messages) -> None:
    """The reason stands with the message, and nobody tries again."""
    api.doing = twilio_api.refusing
    async with service.client() as client:
        cnv = await conversation(client)
        await say(client, cnv, "hello?")
        (entry,) = await until(client, "failed")
        assert "21211" in entry["reason"]
        assert "no such number" in entry["reason"]
    assert len(api.asked) == 1


async def test_who_cannot_be_answered_is_named(service: Service) -> None:
    """No such conversation, an account that lacks a setting, a body that says nothing."""
    async with service.client() as client:
        for cnv in ("cnv_00aaaaaaaaaaaaaaaa", "cnv_zz", "nonsense"):
            async with client.post(f"/v1/conversations/{cnv}/messages", json={"text": "a"}) as response:
                assert (response.status, (await response.json())["code"]) == (404, "not-found")
        cnv = await conversation(client, "mute")
        path = f"/v1/conversations/{cnv}/messages"
        async with client.post(path, json={"text": "a"}) as response:
            problem = await response.json()
            assert (response.status, problem["code"]) == (409, "cannot-send")
            assert "account_sid" in problem["detail"]
        for body in ({}, {"text": ""}, {"text": 3}, {"text": "a", "to": "b"}, {"text": "a" * 65_537}):
            async with client.post(path, json=body) as response:
                assert response.status == 422, body
