"""What an agent answers while something breaks: once, in order, or honestly unknown."""

from __future__ import annotations

import asyncio

import twilio_api
from service import Service
from twilio_api import Messages
from twilio_talk import OURS, PATIENCE_S, PUBLIC, TEL, conversation, hook, ours, say, until


async def test_a_cut_after_the_message_went_out_is_unknown_and_never_sent_again(
    service: Service, api: Messages
) -> None:
    """The provider had it all; whether it took it nobody knows, until a report names it as we did."""
    api.doing = twilio_api.cutting
    async with service.client() as client:
        cnv = await conversation(client)
        await say(client, cnv, "hello?", "k1")
        await until(client, "unknown")
        assert (await say(client, cnv, "hello?", "k1"))["status"] == "unknown"
    service.kill()
    service.start()
    async with service.client() as client:
        await say(client, cnv, "the next one")  # goes out after all that might be left behind
        api.doing = twilio_api.taking
        await until(client, "unknown", "unknown")
        called = api.asked[0]["StatusCallback"].removeprefix(PUBLIC)
        form = {
            "MessageSid": "SM9",
            "AccountSid": "AC1",
            "From": OURS,
            "To": TEL,
            "MessageStatus": "delivered",
        }
        await hook(client, called, form)
        await until(client, "delivered", "unknown")
    assert [one["Body"] for one in api.asked] == ["hello?", "the next one"]


async def test_what_surely_did_not_arrive_is_sent_when_it_can_be_and_in_order(
    service: Service, api: Messages
) -> None:
    """The provider is busy, then away, then back: three messages arrive once each, as they were said."""
    api.doing = twilio_api.busy
    async with service.client() as client:
        cnv = await conversation(client)
        for text in ("one", "two", "three"):
            assert (await say(client, cnv, text))["status"] == "queued"
        await api.came.wait()
        await api.close()
        await api.open()
        api.doing = twilio_api.taking
        await until(client, "sent", "sent", "sent")
    assert [one["Body"] for one in api.taken] == ["one", "two", "three"]


async def test_what_cannot_be_sent_for_long_has_failed(service: Service, api: Messages) -> None:
    """After its attempts a message fails, with the provider's last word."""
    service.stop()
    service.start(ROUTER_SENDING_AGAIN_S="0.1, 0.1")
    api.doing = twilio_api.busy
    async with service.client() as client:
        cnv = await conversation(client)
        await say(client, cnv, "hello?")
        (entry,) = await until(client, "failed")
        assert "too many" in entry["reason"]
    assert len(api.asked) == 3


async def test_kill_9_while_one_is_sent_and_others_wait(service: Service, api: Messages) -> None:
    """The one is unknown after its lease, and nobody sends it again; the others go out once, in order."""
    api.doing = twilio_api.silent
    texts = [f"message {n}" for n in range(5)]
    async with service.client() as client:
        cnv = await conversation(client)
        for text in texts:
            await say(client, cnv, text, text)
    service.kill()
    api.doing = twilio_api.taking
    service.start()
    async with service.client() as client:
        for text in texts:
            assert (await say(client, cnv, text, text))["duplicate"]
        first, *_ = await until(client, "unknown", *["sent"] * 4)
        assert first["reason"] == "the router stopped while it was being sent"
    assert [one["Body"] for one in api.asked] == texts


async def test_what_a_dead_router_left_goes_out_before_what_is_said_next(
    service: Service, api: Messages
) -> None:
    """Killed while the provider is busy: what is said after the start overtakes nothing that waits."""
    api.doing = twilio_api.busy
    texts = ["first", "second", "third", "fourth"]
    async with service.client() as client:
        cnv = await conversation(client)
        for text in texts[:2]:
            await say(client, cnv, text)
        await api.came.wait()
    service.kill()
    api.doing = twilio_api.taking
    service.start()
    async with service.client() as client:
        for text in texts[2:]:
            await say(client, cnv, text)
        async with asyncio.timeout(PATIENCE_S):
            while True:  # asking again is all that a client can do
                found = await ours(client)
                if found[-1]["status"] != "queued":
                    break
                await asyncio.sleep(0.05)
    assert [entry["text"] for entry in found] == texts
    assert [one["Body"] for one in api.taken] == [one["text"] for one in found if one["status"] == "sent"]
    assert found[0]["status"] in {"sent", "unknown"}  # unknown: it died in the middle of an attempt
    assert [entry["status"] for entry in found[1:]] == ["sent"] * 3
