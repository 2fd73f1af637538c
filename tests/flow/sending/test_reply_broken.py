"""What an agent answers while something breaks: once, in order, or honestly unknown."""

from __future__ import annotations

import provider_api
from provider_api import Messages
from service import Service
from twilio_talk import conversation, say, until


async def test_a_cut_after_the_message_went_out_is_unknown_and_never_sent_again(
    service: Service, api: Messages
) -> None:
    """The provider had it all; whether it took it nobody knows, and the restart asks nobody."""
    api.doing = provider_api.cutting
    async with service.client() as client:
        cnv = await conversation(client)
        await say(client, cnv, "hello?", "k1")
        await until(client, "unknown")
        assert (await say(client, cnv, "hello?", "k1"))["status"] == "unknown"
    service.kill()
    service.start()
    async with service.client() as client:
        await say(client, cnv, "the next one")  # goes out after all that might be left behind
        api.doing = provider_api.taking
        await until(client, "unknown", "unknown")
    assert [one["Body"] for one in api.asked] == ["hello?", "the next one"]


async def test_what_surely_did_not_arrive_is_sent_when_it_can_be_and_in_order(
    service: Service, api: Messages
) -> None:
    """The provider is busy, then away, then back: three messages arrive once each, as they were said."""
    api.doing = provider_api.busy
    async with service.client() as client:
        cnv = await conversation(client)
        for text in ("one", "two", "three"):
            assert (await say(client, cnv, text))["status"] == "queued"
        await api.came.wait()
        await api.close()
        await api.open()
        api.doing = provider_api.taking
        await until(client, "sent", "sent", "sent")
    assert [one["Body"] for one in api.taken] == ["one", "two", "three"]


async def test_what_cannot_be_sent_for_long_has_failed(service: Service, api: Messages) -> None:
    """After its attempts a message fails, with the provider's last word."""
    api.doing = provider_api.busy
    async with service.client() as client:
        cnv = await conversation(client)
        await say(client, cnv, "hello?")
        (entry,) = await until(client, "failed")
        assert "too many" in entry["reason"]
    assert len(api.asked) == 5


async def test_kill_9_while_it_is_sent_leaves_it_unknown(service: Service, api: Messages) -> None:
    """Nobody sends it again: after its lease it is shown as unknown."""
    api.doing = provider_api.silent
    async with service.client() as client:
        cnv = await conversation(client)
        await say(client, cnv, "hello?")
        await api.came.wait()
    service.kill()
    service.start()
    async with service.client() as client:
        (entry,) = await until(client, "unknown")
        assert entry["reason"] == "the router stopped while it was being sent"
    assert len(api.asked) == 1


async def test_kill_9_before_it_is_sent_sends_it_once(service: Service, api: Messages) -> None:
    """What waited when the router died goes out after it is back."""
    await api.close()
    async with service.client() as client:
        cnv = await conversation(client)
        texts = [f"message {n}" for n in range(5)]
        for text in texts:
            await say(client, cnv, text, text)
    service.kill()
    await api.open()
    service.start()
    async with service.client() as client:
        for text in texts:
            assert (await say(client, cnv, text, text))["duplicate"]
        await until(client, *["sent"] * 5)
    assert sorted(one["Body"] for one in api.taken) == texts
