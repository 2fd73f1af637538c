"""THE table: every call, who may make it, what it takes and gives.

It drives the router, the authentication, /openapi.json and /docs.
"""

from __future__ import annotations

from router.api import (
    agents,
    chat,
    context,
    dead_letters,
    desk,
    events,
    health,
    hooks,
    items,
    keys,
    messages,
    offers,
    queues,
    reports,
    stream,
)
from router.api.aside import DeadLetterBody, LettersQuery, Retried
from router.api.bodies import (
    Agents,
    Alive,
    ContextQuery,
    Decisions,
    DeskMessage,
    DeskQuery,
    EventsQuery,
    FirstMessage,
    Held,
    ItemsQuery,
    JourneyQuery,
    KeyList,
    KeyMade,
    LinkBody,
    NewKey,
    NewMessage,
    Offers,
    OffersQuery,
    OnBehalf,
    Readiness,
    ReportQuery,
    Results,
    StateChange,
    StreamQuery,
    Ticket,
    TimelineQuery,
    Transfer,
    WrapUp,
)
from router.api.chat_bodies import ChatAccounts, ChatQuery, NewPass
from router.api.route import Route
from router.flow.serve import ItemPage
from router.model.agent import AgentProfile
from router.model.apikey import Role
from router.model.chat import Pass, Told
from router.model.context import Context, HeldItem, LinkShown, TimelinePage
from router.model.desk import AgentView, Queues, QueueView
from router.model.event import Event
from router.model.item import Item
from router.model.letter import DeadLetterPage
from router.model.message import Message
from router.model.queue import QueueProfile
from router.policy.journey_nouns import Answer
from router.policy.journey_report import FcrReport
from router.policy.journey_report_effort import EffortReport
from router.policy.journey_report_switches import SwitchReport

ADAPTER: frozenset[Role] = frozenset({"adapter"})
DESK: frozenset[Role] = frozenset({"agent", "supervisor"})
SUPERVISOR: frozenset[Role] = frozenset({"supervisor"})
ADMIN: frozenset[Role] = frozenset({"admin"})
ANY: frozenset[Role] = frozenset({"adapter", "agent", "supervisor", "admin"})

_EVENTS_IN = ("application/json", *sorted(events.LINES), *events.CLOUDEVENTS)
_HOOK = "/v1/hooks/{channel}/{provider}/{account}"
_HOOK_BELOW = _HOOK + "/{tail}"
_CUSTOMER = "/v1/customers/{id}"

TABLE: tuple[Route, ...] = (
    Route(
        "POST", "/v1/events", events.post, ADAPTER,
        "Record one event, a JSON array, one JSON text a line, or CloudEvents.",
        query=EventsQuery, takes=Event | list[Event], gives=Results, status=202, media=_EVENTS_IN,
    ),
    Route("GET", _HOOK, hooks.take, None, "A provider checks its webhook.", answers="*/*"),
    Route("POST", _HOOK, hooks.take, None, "A provider's webhook.", answers="*/*"),
    Route("PUT", _HOOK_BELOW, hooks.take, None, "A webhook of a provider that adds a path.", answers="*/*"),
    # -- customers
    Route(
        "GET", "/v1/context", context.by_handle, DESK, "The context of whoever has an address.",
        query=ContextQuery, gives=Context,
    ),
    Route("GET", f"{_CUSTOMER}/context", context.by_customer, DESK, "A customer's context.", gives=Context),
    Route(
        "GET", f"{_CUSTOMER}/timeline", context.timeline, DESK, "A customer's events, newest first.",
        query=TimelineQuery, gives=TimelinePage,
    ),
    Route(
        "GET", f"{_CUSTOMER}/journey", context.journey, DESK,
        "A customer's contacts, episodes, switches and verdicts.", query=JourneyQuery, gives=Answer,
    ),
    Route(
        "POST", f"{_CUSTOMER}/links", context.link, DESK,
        "Join a customer with an address or another customer.", takes=LinkBody, gives=LinkShown, status=201,
    ),
    Route(
        "DELETE", _CUSTOMER + "/links/{link}", context.unlink, DESK,
        "Remove a link and keep the two apart.", status=204,
    ),
    Route(
        "POST", "/v1/conversations/{id}/messages", messages.reply, DESK,
        "Answer the customer, on the way they wrote. Idempotency-Key: the same key sends once.",
        takes=NewMessage, gives=Message, status=202,
    ),
    Route(
        "POST", "/v1/conversations", messages.begin, DESK,
        "Write to a customer first, by an account that can. Idempotency-Key: the same key sends once.",
        takes=FirstMessage, gives=Message, status=202,
    ),
    # -- agents and offers
    Route(
        "PUT", "/v1/agents/{id}", agents.put, DESK, "Create an agent or change the profile.",
        takes=AgentProfile, gives=AgentView,
    ),
    Route("GET", "/v1/agents/{id}", agents.one, DESK, "An agent, and what they hold.", gives=AgentView),
    Route("GET", "/v1/agents", agents.every, SUPERVISOR, "All agents.", gives=Agents),
    Route(
        "POST", "/v1/agents/{id}/state", agents.state, DESK, "Set an agent available, away or offline.",
        takes=StateChange, gives=AgentView,
    ),
    Route(
        "GET", "/v1/agents/{id}/offers", offers.wait, DESK, "An agent's offers; waits for the first.",
        query=OffersQuery, gives=Offers,
    ),
    Route(
        "POST", "/v1/offers/{id}/accept", offers.accept, DESK,
        "Take the item of an offer; it comes with its context.", takes=OnBehalf, gives=HeldItem,
    ),
    Route(
        "POST", "/v1/offers/{id}/decline", offers.decline, DESK, "Let an offer pass.",
        takes=OnBehalf, gives=Item,
    ),
    Route(
        "GET", "/v1/ws/desk", desk.desk, DESK, "A WebSocket that pushes what concerns an agent.",
        query=DeskQuery, gives=DeskMessage, status=101, head=False,
    ),
    # -- items
    Route(
        "GET", "/v1/items", items.page, SUPERVISOR, "Open items, oldest first.",
        query=ItemsQuery, gives=ItemPage,
    ),
    Route("GET", "/v1/items/{id}", items.one, DESK, "An item.", gives=Item),
    Route(
        "GET", "/v1/items/{id}/decisions", items.decisions, DESK,
        "Why an item went, or did not go, to whom.", gives=Decisions,
    ),
    Route("POST", "/v1/items/{id}/complete", items.complete, DESK, "Wrap up.", takes=WrapUp, gives=Item),
    Route(
        "POST", "/v1/items/{id}/transfer", items.transfer, DESK, "Hand on to a queue or an agent.",
        takes=Transfer, gives=Item,
    ),
    Route(
        "POST", "/v1/items/{id}/cancel", items.cancel, DESK, "End an item without an outcome.",
        takes=Held, gives=Item,
    ),
    # -- queues and reports
    Route(
        "PUT", "/v1/queues/{id}", queues.put, SUPERVISOR, "Create a queue or change its settings.",
        takes=QueueProfile, gives=QueueView,
    ),
    Route("GET", "/v1/queues/{id}", queues.one, DESK, "A queue and its depth.", gives=QueueView),
    Route("GET", "/v1/queues", queues.every, DESK, "All queues and their depth.", gives=Queues),
    Route(
        "GET", "/v1/reports/fcr", reports.fcr, SUPERVISOR, "First contact resolution.",
        query=ReportQuery, gives=FcrReport,
    ),
    Route(
        "GET", "/v1/reports/switches", reports.switches, SUPERVISOR, "Switches between channels.",
        query=ReportQuery, gives=SwitchReport,
    ),
    Route(
        "GET", "/v1/reports/effort", reports.effort, SUPERVISOR, "What it took the customers.",
        query=ReportQuery, gives=EffortReport,
    ),
    # -- the feed
    Route(
        "GET", "/v1/stream", stream.stream, ANY, "Server-sent events: what changes, as it changes.",
        query=StreamQuery, answers="text/event-stream", head=False,
    ),
    Route(
        "POST", "/v1/stream/ticket", stream.ticket, ANY, "A ticket for one stream or desk.",
        gives=Ticket, status=201,
    ),
    # -- web chat
    Route("GET", "/v1/chat", chat.accounts, None, "The accounts of web chat.", gives=ChatAccounts),
    Route(
        "POST", "/v1/chat/{account}/token", chat.token, None,
        "A token for an anonymous visitor of web chat; an earlier one keeps the visitor.",
        takes=NewPass, gives=Pass, status=201,
    ),
    Route(
        "GET", "/v1/ws/chat", chat.chat, None, "The WebSocket of a visitor of web chat.",
        query=ChatQuery, gives=Told, status=101, head=False,
    ),
    # -- dead letters
    Route(
        "GET", "/v1/dead-letters", dead_letters.page, ADMIN,
        "What could not be read or kept, the newest first.", query=LettersQuery, gives=DeadLetterPage,
    ),
    Route(
        "GET", "/v1/dead-letters/{id}", dead_letters.one, ADMIN,
        "A dead letter with its body, as `router channels parse` reads it.", gives=DeadLetterBody,
    ),
    Route(
        "POST", "/v1/dead-letters/{id}/retry", dead_letters.retry, ADMIN,
        "Read a dead letter again, and record its events.", gives=Retried,
    ),
    # -- keys and health
    Route("POST", "/v1/keys", keys.put, ADMIN, "Make an API key.", takes=NewKey, gives=KeyMade, status=201),
    Route("GET", "/v1/keys", keys.every, ADMIN, "All API keys.", gives=KeyList),
    Route("DELETE", "/v1/keys/{id}", keys.revoke, ADMIN, "Revoke an API key.", status=204),
    Route("GET", "/livez", health.live, None, "Whether the process answers.", gives=Alive),
    Route("GET", "/readyz", health.ready, None, "Whether the router can do its work.", gives=Readiness),
    Route("GET", "/metrics", health.metrics, None, "Metrics for Prometheus.", answers="text/plain"),
)  # fmt: skip
