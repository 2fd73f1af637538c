"""Talking by Twilio with a customer: what the provider tells us, and what an agent says."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

import aiohttp
from service import ask
from twilio.request_validator import RequestValidator

TOKEN = "a-twilio-token"
PUBLIC = "https://support.example.org"
HOOK = "/v1/hooks/sms/twilio/main"
CONFIG = f"""
[server]
workspace = "{{workspace}}"
public_url = "{PUBLIC}"

[sending]
attempt_s = 2
lapse_s = 1
again_s = [0.1, 0.1, 0.2, 0.2, 0.5, 0.5, 1, 1, 2, 2, 5, 5]

[channels.sms.twilio.main]
secret = "{TOKEN}"
account_sid = "AC1"
api_url = "http://127.0.0.1:{{port}}"

[channels.sms.twilio.mute]
secret = "{TOKEN}"
"""
TEL, OURS = "+14155550123", "+14155559999"
PATIENCE_S = 30


async def hook(client: aiohttp.ClientSession, path: str, form: dict[str, str]) -> None:
    """Call our hook as Twilio does."""
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, form)
    async with client.post(path, data=form, headers={"X-Twilio-Signature": signature}) as response:
        assert response.status < 300, await response.text()


async def conversation(client: aiohttp.ClientSession, account: str = "main") -> str:
    """Let the customer write, and give the conversation."""
    form = {"MessageSid": f"SMin-{account}", "AccountSid": "AC1", "From": TEL, "To": OURS, "Body": "hello"}
    await hook(client, f"/v1/hooks/sms/twilio/{account}", form)
    found = (await context(client))["conversations"]
    return str(found[0]["id"])


async def context(client: aiohttp.ClientSession) -> Any:
    """Read the customer."""
    return await ask(client, "GET", f"/v1/context?handle={quote(f'tel:{TEL}')}")


async def say(client: aiohttp.ClientSession, cnv: str, text: str, key: str | None = None) -> Any:
    """Answer the customer as an agent does."""
    headers = {"Idempotency-Key": key} if key else {}
    body = {"text": text, "agent": "ada"}
    return await ask(client, "POST", f"/v1/conversations/{cnv}/messages", body, headers=headers)


async def ours(client: aiohttp.ClientSession) -> list[dict[str, Any]]:
    """Give our messages on the timeline, oldest first."""
    return [one for one in (await context(client))["events"] if one.get("direction") == "out"][::-1]


async def until(client: aiohttp.ClientSession, *statuses: str) -> list[dict[str, Any]]:
    """Wait until our messages have these statuses."""
    async with asyncio.timeout(PATIENCE_S):
        while True:  # asking again is all that a client can do
            found = await ours(client)
            if [one["status"] for one in found] == list(statuses):
                return found
            await asyncio.sleep(0.05)
