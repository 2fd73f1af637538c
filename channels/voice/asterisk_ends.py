"""Who is at which end of a call of an Asterisk: the customer, our address, the agent.

The manager interface does not say which way a call goes. Its first channel does: where its context is
one of our telephones, or its caller is an extension, it is ours that calls; else we are called.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple, Self

import phonenumbers
from msgspec import Struct

from channels import handles_tel
from channels.fit import LINE, SHORT, fit
from channels.voice.asterisk_blocks import Fields
from router.model.event import Direction
from router.model.handle import Handle, Party
from router.ports import Account

INTERNAL = (
    "from-internal",
    "macro-dialout-trunk",
)  # FreePBX and its kin: our telephones, and where they dial
_NOBODY = frozenset({"", "<unknown>", "<none>", "<null>", "(null)", "unknown"})
_WORD = re.compile(r"[A-Za-z0-9._+=-]{1,64}", re.ASCII)
_INSTANCE = re.compile(r"-[0-9a-f]{8,}(;[12])?$|;[12]$", re.ASCII)  # what makes a channel of an interface


class Ends(NamedTuple):
    """Which way a call goes, whose it is, and our address; nothing where it stays in the house."""

    direction: Direction | None = None
    customer: Party | None = None
    ours: str | None = None


class Pbx(Struct, frozen=True):
    """What an account says of its telephone system.

    ``region`` is the country whose numbers are written without a code (``DE``), ``internal`` are the
    contexts of our own telephones, ``agents`` names agents by interface, extension or member name.
    """

    source: str
    provider: str
    region: str | None = None
    internal: tuple[str, ...] = INTERNAL
    agents: Mapping[str, object] = {}

    @classmethod
    def of(cls, account: Account) -> Self:
        """Read the settings ``region``, ``internal_contexts`` and ``agents``."""
        agents = account.settings.get("agents")
        return cls(
            account.source,
            account.provider,
            account.setting("region"),
            words(account.settings.get("internal_contexts")) or INTERNAL,
            agents if isinstance(agents, dict) else {},
        )

    def ends(self, fields: Fields, prefix: str = "") -> Ends:
        """Tell the ends of a call by its first channel, whose fields begin with ``prefix``."""
        caller, dialled = self.caller(fields, prefix), said(fields, f"{prefix}exten")
        if self._is_ours(said(fields, f"{prefix}context")) or (caller and caller.type != "tel"):
            reached = self.party(dialled)
            if reached and reached.type == "tel":
                return Ends("out", reached, fit(said(fields, f"{prefix}calleridnum")))
            return Ends()
        return Ends("in", caller, fit(dialled)) if dialled else Ends()

    def caller(self, fields: Fields, prefix: str = "") -> Party | None:
        """Give who calls by a channel."""
        return self.party(said(fields, f"{prefix}calleridnum"), said(fields, f"{prefix}calleridname"))

    def party(self, number: str | None, name: str | None = None) -> Party | None:
        """Make a customer of a number, in international form where ``region`` tells how."""
        handle = handles_tel.read(number)
        if handle is None:
            return None
        value = handle.value if handle.type != "tel" else self._international(handle)
        return Party(handle.type, value, fit(name, SHORT) if name != number else None)

    def agent(self, channel: str | None, member: str | None = None) -> str | None:
        """Name the agent of an interface or channel: as ``agents`` has it, else the extension."""
        interface = _INSTANCE.sub("", channel or "")
        extension = re.split(r"[/@]", interface.partition("/")[2])[0]
        for known in filter(None, (interface, extension, member)):
            if known in self.agents:
                return _word(str(self.agents[known]))
        return _word(extension)

    def _international(self, handle: Handle) -> str:
        if not self.region or handle.value.startswith("+"):
            return handle.value
        try:
            number = phonenumbers.parse(handle.value, self.region.upper())
        except phonenumbers.NumberParseException:
            return handle.value
        known = (
            phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
        )
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        return e164 if known else handle.value

    def _is_ours(self, context: str | None) -> bool:
        return any(context == name or (context or "").startswith(f"{name}-") for name in self.internal)


def said(fields: Fields, name: str) -> str | None:
    """Give a field; None where it is missing, empty or a word for nothing."""
    value = fields.get(name, "")
    return None if value.lower() in _NOBODY else value[:LINE]


def words(setting: object) -> tuple[str, ...]:
    """Read a setting that is a list, or words with commas between."""
    found = setting if isinstance(setting, list) else str(setting or "").split(",")
    return tuple(filter(None, (str(word).strip() for word in found)))


def _word(name: str) -> str | None:
    return name if _WORD.fullmatch(name) else None
