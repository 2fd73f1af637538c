"""The wallboard and its feed, against a server that falls silent, hangs up and sends what it likes."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect
from scripted import AS_OF, KEY, Scripted, agent, queue

pytestmark = pytest.mark.asyncio(loop_scope="session")

STREAM = (
    "retry: 10\r\n\r\nid: 1-1\r\nevent: depth\r\ndata: {}\r\n\r\n: here\n\n"
    "id: 1-2\nevent:tick\ndata: a: b\ndata:  c\n\nevent: nothing\n\ndata: ünï\n\n"
)
MESSAGES = [
    {"retry": 10}, {"id": "1-1"}, {"topic": "depth", "data": "{}"}, {"id": "1-2"},
    {"topic": "tick", "data": "a: b\n c"}, {"topic": "message", "data": "ünï"},
]  # fmt: skip


async def opened(page: Page, scripted: Scripted, path: str = "/") -> None:
    """Open the board, its clock in our hands."""
    await page.goto(f"{scripted.url}{path}#key={KEY}")
    await expect(page.locator("#link-text")).to_have_text("Live")


async def test_a_stream_is_read_however_it_is_cut(page: Page, scripted: Scripted) -> None:
    """Cut in two at any character, and into single characters, it gives the same messages."""
    await page.goto(scripted.url)
    script = """async (text) => {
      const { Parser } = await import("/web/feed.js");
      const all = (parser, pieces) => pieces.flatMap((piece) => [...parser.read(piece)]);
      const read = (pieces) => all(new Parser(), pieces);
      const cuts = [...text].map((_, at) => [text.slice(0, at), text.slice(at)]);
      return [[...text], ...cuts].map(read);
    }"""
    for found in await page.evaluate(script, STREAM):
        assert found == MESSAGES


async def stopped(page: Page, scripted: Scripted) -> None:
    """Open the board, stop its clock, and let the feed say something just then."""
    await page.clock.install()
    await opened(page, scripted)
    await page.clock.pause_at(await page.evaluate("Date.now() + 1000"))
    await scripted.say("tick", {}, "1-2")
    await scripted.say("agent", {"id": "ada", "state": "away", "since_at": AS_OF, "load": 0}, "1-3")
    doing = page.locator(".agent-doing")
    while await doing.text_content() != "away":
        await page.clock.run_for(20)  # a stopped clock stops drawing, too


async def test_silence_is_no_staleness_while_the_router_answers(page: Page, scripted: Scripted) -> None:
    """The feed ticks every 5 s when nothing happens: 7 s without a word are calm, more than 8 s are not."""
    await stopped(page, scripted)
    text = page.locator("#link-text")
    for _ in range(3):
        async with page.expect_response("**/readyz"):
            await page.clock.run_for(2300)
        await page.evaluate("0")  # the page has taken the answer, too
        await expect(text).to_have_text("Live")
    await page.clock.run_for(1900)
    await expect(text).to_have_text("Stale for 8 s")
    await scripted.say("tick", {}, "1-4")
    while await text.text_content() != "Live":
        await page.clock.run_for(200)


async def test_without_any_sign_of_life_the_board_is_stale_after_three_seconds(
    page: Page, scripted: Scripted
) -> None:
    """The router does not do its work either: the board says so, in the router's own words."""
    await stopped(page, scripted)
    scripted.ready = False
    async with page.expect_response("**/readyz"):
        await page.clock.run_for(2600)
    await expect(page.locator("#link-text")).to_have_text("Live")
    await page.clock.run_for(1000)
    await expect(page.locator("#link-text")).to_have_text("Stale for 3 s: the store does not answer")


async def test_a_cut_stream_is_taken_up_after_the_last_number(page: Page, scripted: Scripted) -> None:
    """The page names the last number it has taken; a fact without a number moves nothing."""
    await opened(page, scripted)
    fact = {"queue": "support", "channel": "chat", "waiting": 4, "oldest_at": AS_OF}
    await scripted.say("depth", fact, "1-7")
    await scripted.say("agent", {"id": "ada", "state": "away", "since_at": AS_OF, "load": 0, "reason": "tea"})
    await expect(page.locator(".agent-doing")).to_have_text("away: tea")
    await scripted.cut()
    await scripted.opened.wait()
    assert scripted.last_ids == [None, "1-7"]
    await scripted.say("depth", {**fact, "waiting": 5}, "1-8")
    await expect(page.locator('.card[data-channel="chat"] .big')).to_have_text("5")


async def test_a_reset_forgets_everything_before(page: Page, scripted: Scripted) -> None:
    """After a gap the snapshot alone counts: queues and agents that are gone are gone."""
    await opened(page, scripted)
    scripted.queues[:] = [queue("billing", {}, sms={"waiting": 2, "oldest_s": 5})]
    scripted.agents[:] = [agent("grace", "away")]
    await scripted.say("reset", scripted.snapshot(), "2-1")
    await expect(page.locator(".matrix tbody th")).to_have_text(["billing"])
    await expect(page.locator(".agent-name")).to_have_text(["Grace"])
    await expect(page.locator('.card[data-channel="sms"] .big')).to_have_text("2")


async def test_urgency_is_told_by_word_colour_and_drawing(page: Page, scripted: Scripted) -> None:
    """Up to 70 % of the target it is on time, then due soon, at the target late; ages grow by themselves."""
    await page.clock.install()
    waits = {"waiting": 1, "oldest_s": 20}
    scripted.queues[:] = [queue("support", {"chat": 40}, chat=waits), queue("quiet", {"chat": 10})]
    await opened(page, scripted)
    card = page.locator('.card[data-channel="chat"]')
    drawn = set()
    for seconds, level, word in ((0, "good", "on time"), (8, "soon", "due soon"), (13, "late", "late")):
        await page.clock.run_for(seconds * 1000)
        await expect(card).to_have_attribute("data-level", level)
        await expect(card.locator(".level")).to_have_text(word)
        drawn.add(await card.locator(".level path").get_attribute("d"))
    assert len(drawn) == 3
    await expect(card.locator(".card-oldest")).to_contain_text("of 40 s")
    await expect(page.locator("#spoken")).to_have_text("Chat: late")


async def test_what_a_queue_does_not_promise_is_the_routers_default(page: Page, scripted: Scripted) -> None:
    """The page knows the targets of policy/due.py by heart; this keeps the two the same."""
    from router.policy.due import DEFAULT_TARGETS_S  # noqa: PLC0415 - only this test is about them

    await page.goto(scripted.url)
    known = await page.evaluate("import('/web/levels.js').then((levels) => levels.TARGETS_S)")
    assert known == {label: DEFAULT_TARGETS_S[label] for label in known}
    named = "import('/web/levels.js').then((l) => l.targetOf({targets: {whatsapp: 9, voice: 5}}, 'social'))"
    assert await page.evaluate(named) == 9


async def test_reports_come_with_n_interval_and_definition(page: Page, scripted: Scripted) -> None:
    """A rate stands beside its interval and n; under five cases there is no point; switches are a matrix."""
    scripted.fcr["total"]["net"] = {"basis": "final_net", "value": None, "low": 0.2, "high": 0.9, "n": 3}
    await opened(page, scripted)
    lines = page.locator(".estimates.main .estimate")
    await expect(lines.nth(0)).to_have_text(re.compile("Live74 %69.78 %, n 214"))
    await expect(lines.nth(1)).to_have_text(re.compile("Final.20.90 %, n 3, too few"))
    await expect(page.locator(".fcr")).to_contain_text("no return within 7 days; 95 % interval")
    cell = page.locator('.flow td[title="E-mail to WhatsApp: 12 by customers, 3 by us"]')
    await expect(cell).to_have_text("12 / 3")
    await expect(page.locator(".switches header")).to_contain_text(
        "12 by customers, 3 by us, in 300 episodes"
    )


async def test_only_the_queues_of_the_address_are_shown(page: Page, scripted: Scripted) -> None:
    """``?queue=`` is a filter of the whole board, the sums included."""
    many = {"waiting": 3, "oldest_s": 1}
    scripted.queues[:] = [queue("support", {}, chat=many), queue("billing", {}, chat=many)]
    await opened(page, scripted, "/?queue=billing")
    await expect(page.locator(".matrix tbody th")).to_have_text(["billing"])
    await expect(page.locator("#totals dd").first).to_have_text("3")


async def test_a_hostile_fact_stays_text(page: Page, scripted: Scripted) -> None:
    """Names of queues, channels and agents may hold markup and the words of JavaScript."""
    await opened(page, scripted)
    evil = "<img src=x onerror=alert(1)>"
    await scripted.say("depth", {"queue": evil, "channel": "__proto__", "waiting": 1}, "1-9")
    await scripted.say("agent", {"id": evil, "state": "available", "since_at": AS_OF, "load": 1}, "1-10")
    await expect(page.locator(".matrix tbody th", has_text=evil)).to_have_count(1)
    await expect(page.locator(".agent-name", has_text=evil)).to_have_count(1)
    assert await page.locator("img[src=x]").count() == 0
