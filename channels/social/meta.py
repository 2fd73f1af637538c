"""Meta: WhatsApp Cloud, Messenger and Instagram call one address; ``object`` says which it is.

Meta subscribes by GET and posts JSON signed with the secret of the app, one for all its pages and numbers.
Described at developers.facebook.com/docs/graph-api/webhooks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from channels import batch, body_signature, parameters, wire
from channels.social import meta_page, meta_whatsapp
from channels.social.meta_page_talk import PROVIDER, SURFACES
from router.errors import Forbidden, Malformed, Unverified
from router.model.cloudevents import decoded
from router.model.event import Event
from router.ports import Account, Reply, Request, Setting

_SIGNATURE = "X-Hub-Signature-256"
_PLAIN = {"content-type": "text/plain; charset=utf-8"}


class Meta:
    """The adapter."""

    unverified_status = 403
    unreadable = Reply(200)  # else it comes for a week, and the subscription ends
    settings = (
        Setting("secret", "app secret"),
        Setting("verify_token", "the word of your own by which the webhook is verified"),
    )

    def verify(self, request: Request, account: Account, now: float) -> None:  # noqa: ARG002 - no time is signed
        """Check X-Hub-Signature-256 over the raw body, or the token of a subscription; raise Unverified."""
        if request.method == "GET":
            _know(request, account)
            return
        wanted = "sha256=" + body_signature.in_hex(account.secret or "", request.body)
        body_signature.require(_SIGNATURE, request.headers.get("x-hub-signature-256"), wanted)

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read the entries by object; objects that are no conversation make no event.

        A subscription makes none either; Forbidden where it does not give our token.
        """
        if request.method == "GET":
            return self._subscribed(request, account)
        found = decoded(request.body)
        kind = wire.text(found, "object")
        if kind is None or not isinstance(wire.value(found, "entry"), list):
            raise Malformed("the body names no object, or no entries of it")
        entries = wire.array(found, "entry")
        if kind == "whatsapp_business_account":
            return batch.each(
                entries, lambda one: meta_whatsapp.read(one, account.source), account.source, PROVIDER
            )
        if kind in SURFACES:
            surface = SURFACES[kind]
            return batch.each(
                entries, lambda one: meta_page.read(one, surface, account.source), account.source, PROVIDER
            )
        return []

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Answer a subscription with its challenge, all else with an empty 200."""
        if request.method == "GET":
            return Reply(200, _PLAIN, _asked(request).get("hub.challenge", "").encode("utf-8", "replace"))
        return Reply(200)

    @staticmethod
    def _subscribed(request: Request, account: Account) -> list[Event]:
        if "hub.mode" not in _asked(request):
            raise Malformed("a GET of Meta subscribes: hub.mode is missing")
        try:
            _know(request, account)
        except Unverified as refusal:
            raise Forbidden(refusal.detail) from None
        return []


def _know(request: Request, account: Account) -> None:
    """Raise Unverified unless it is a subscription, with the token that we told Meta."""
    try:
        asked = _asked(request)
    except Malformed as unreadable:
        raise Unverified(unreadable.detail) from None
    body_signature.require("hub.mode", asked.get("hub.mode"), "subscribe")
    body_signature.require(
        "hub.verify_token", asked.get("hub.verify_token"), account.setting("verify_token") or ""
    )


def _asked(request: Request) -> Mapping[str, str]:
    """Give the fields of the query by name; Malformed where the address cannot be read."""
    return dict(parameters.of_address(request))
