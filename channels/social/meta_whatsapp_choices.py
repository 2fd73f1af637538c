"""What a person chose in WhatsApp of what we offered: a button, a row of a list, goods, leave to call."""

from __future__ import annotations

from channels import wire
from channels.fit import PAYLOAD, fit
from channels.social.meta_whatsapp_content import Content, body
from channels.wire import Table
from router.model.event import Kind


def button(message: Table) -> Content:
    """Read a button of a template pressed."""
    told = body(message)
    return Content(text=wire.text(told, "text"), payload=fit(wire.text(told, "payload"), PAYLOAD))


def interactive(message: Table) -> Content:
    """Read the answer to something we offered: a button, a row of a list, a form, leave to call."""
    told = body(message)
    kind = wire.name(told, "type")
    reply = wire.table(told, kind)
    if kind == "call_permission_reply":
        answer: Kind = "opt_in" if wire.name(reply, "response") == "accept" else "opt_out"
        return Content(answer, payload=wire.written(reply, PAYLOAD), attrs={"category": "calls"})
    if kind == "nfm_reply":
        return Content(text=wire.text(reply, "body"), payload=fit(wire.text(reply, "response_json"), PAYLOAD))
    chosen = fit(wire.text(reply, "id"), PAYLOAD)
    known = chosen or wire.text(reply, "title")
    return Content(text=wire.text(reply, "title"), payload=chosen, flags=[] if known else ["unsupported"])


def order(message: Table) -> Content:
    """Read an order: what was put into the basket."""
    told = body(message)
    items = wire.written(wire.value(told, "product_items"), PAYLOAD)
    catalog = fit(wire.text(told, "catalog_id"))
    return Content(text=wire.text(told, "text"), payload=items, attrs={"catalog": catalog} if catalog else {})
