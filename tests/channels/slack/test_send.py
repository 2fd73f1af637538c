"""Slack as a sender: the message its own client would post, and what its answers mean."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from provider_peer import Told, asked_by, sent, serving
from slack_sdk import WebClient

from channels.chat.slack import Slack
from channels.chat.slack_send import SlackSender
from router.errors import CannotSend, OutcomeUnknown, Rejected, Unsent
from router.model.handle import Handle
from router.ports import Account, Outgoing, Request

SENDER = SlackSender()
ACCOUNT = Account("chat", "slack", "main", secret="s", settings={"bot_token": "xoxb-1-abc"})
TAKEN = Told(200, {"ok": True, "channel": "C01", "ts": "1772445600.000200", "message": {"text": "…"}})
ROOT = "1772445500.000100"
OUT = Outgoing(
    id="evt_1",
    channel="chat",
    medium="slack",
    to=Handle("slack", "T01/U07"),
    sender="C01",
    thread=f"slack:T01/C01/{ROOT}",
    text="see <!channel> & <@U1>",
)


async def test_it_posts_what_slacks_client_posts() -> None:
    """In the thread, with the same proof; and nobody is called by what an agent writes."""
    escaped = "see &lt;!channel&gt; &amp; &lt;@U1&gt;"
    async with serving(TAKEN) as peer:
        await sent(SENDER, OUT, ACCOUNT, peer)
        client = WebClient("xoxb-1-abc", base_url=f"{peer.url}/")
        official = await asked_by(
            lambda: client.chat_postMessage(channel="C01", thread_ts=ROOT, text=escaped), peer
        )
        own = peer.asked[0]
    assert (own.method, own.path, own.json) == (official.method, official.path, official.json)
    assert own.headers["authorization"] == official.headers["authorization"]
    assert own.headers["content-type"].replace("; ", ";") == official.headers["content-type"]


async def test_without_a_thread_it_writes_to_the_person() -> None:
    """Slack opens the talk with them."""
    async with serving(TAKEN) as peer:
        given = await sent(SENDER, msgspec.structs.replace(OUT, thread=None), ACCOUNT, peer)
    assert "thread_ts" not in peer.asked[0].json
    assert (peer.asked[0].json["channel"], given.id) == ("U07", "T01/C01/1772445600.000200")


async def test_reactions_name_what_it_gives() -> None:
    """The id is the target of a customer's reaction to it."""
    async with serving(TAKEN) as peer:
        given = await sent(SENDER, OUT, ACCOUNT, peer)
    item = {"type": "message", "channel": "C01", "ts": "1772445600.000200"}
    event = {
        "type": "reaction_added",
        "user": "U07",
        "reaction": "eyes",
        "item": item,
        "event_ts": "1772445601.1",
    }
    body = {"type": "event_callback", "team_id": "T01", "event_id": "Ev1", "event": event}
    request = Request("POST", "https://a.example/", {}, msgspec.json.encode(body))
    [reaction] = Slack().parse(request, ACCOUNT, 0)
    assert given.id == reaction.target


@pytest.mark.parametrize(
    ("told", "meaning", "words"),
    [
        ({"ok": False, "error": "channel_not_found"}, Rejected, "channel_not_found"),
        (
            {"ok": False, "error": "missing_scope", "needed": "chat:write"},
            Rejected,
            "missing_scope: chat:write",
        ),
        ({"ok": False, "error": "ratelimited"}, Unsent, "ratelimited"),
        ({"ok": False, "error": "internal_error"}, OutcomeUnknown, "internal_error"),
        ({"ok": False}, Rejected, "not why"),
        ({"ok": True}, OutcomeUnknown, "does not name it"),
        ({"ok": "yes", "channel": "C01", "ts": "1.2"}, OutcomeUnknown, "does not name it"),
    ],
)
async def test_its_errors_mean_what_slack_says(
    told: dict[str, Any], meaning: type[Exception], words: str
) -> None:
    """Though all come with HTTP 200."""
    async with serving(Told(200, told)) as peer:
        with pytest.raises(meaning, match=words):
            await sent(SENDER, OUT, ACCOUNT, peer)


async def test_it_counts_what_it_escapes() -> None:
    """Slack would cut the rest away."""
    async with serving(TAKEN) as peer:
        await sent(SENDER, msgspec.structs.replace(OUT, text="&" * 8000), ACCOUNT, peer)
        with pytest.raises(Rejected, match="shorten it to 40000"):
            await sent(SENDER, msgspec.structs.replace(OUT, text="&" * 8001), ACCOUNT, peer)
    assert len(peer.asked) == 1


async def test_it_calls_nobody_it_cannot_reach() -> None:
    """Who is no user of Slack."""
    lost = msgspec.structs.replace(OUT, thread=None, to=Handle("tel", "+14155550123"))
    async with serving(TAKEN) as peer:
        with pytest.raises(CannotSend):
            await sent(SENDER, lost, ACCOUNT, peer)
    assert peer.asked == []
