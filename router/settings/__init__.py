"""Settings: frozen Structs, filled from defaults < file < environment < command line.

The only part of the router that reads the environment. An unknown key, a value out of its bounds or a
secret that cannot be read is refused with the place it stands, never ignored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Meta, Struct
from msgspec.structs import replace

from router.errors import ConfigInvalid
from router.model.agent import AgentProfile
from router.model.event import Word
from router.model.queue import QueueProfile
from router.model.rule import Rule
from router.policy.journey_settings import JourneySettings
from router.ports import Account
from router.settings.accounts import Accounts, accounts
from router.settings.environment import environment, from_environment
from router.settings.layers import Layer, from_file, from_options, merge, origin
from router.settings.sections import Routing, Sending, Server, Smtp, Store
from router.settings.strict import Mistake, dotted, read

__all__ = [
    "Layer", "Routing", "Sending", "Server", "Settings", "Smtp", "Store",
    "environment", "layers", "load", "origin", "reference", "settle",
]  # fmt: skip


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything that can be set. ``accounts`` gives the channel accounts ready for the adapters."""

    server: Server = Server()
    store: Store = Store()
    smtp: Smtp = Smtp()
    routing: Routing = Routing()
    sending: Sending = Sending()
    journey: JourneySettings = JourneySettings()
    queues: dict[Word, QueueProfile] = {}
    agents: dict[Word, AgentProfile] = {}
    rules: Annotated[list[Rule], Meta(max_length=1000)] = []
    channels: Accounts = {}

    @property
    def zone(self) -> ZoneInfo:
        """The zone whose days reports count by; raises Mistake where there is no such zone."""
        try:
            return ZoneInfo(self.server.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise Mistake(("server", "zone"), f"there is no time zone `{self.server.zone}`") from None

    @property
    def accounts(self) -> tuple[Account, ...]:
        """The channel accounts, each with its secret."""
        return tuple(accounts(self.channels))

    @property
    def mail(self) -> Account | None:
        """The account the mail listener speaks for, as ``[channels.email.email_raw.<name>]`` has it."""
        if self.smtp.port is None:
            return None
        name, queue = self.smtp.account, self.smtp.queue
        for account in self.accounts:
            if (account.channel, account.provider, account.name) == ("email", "email_raw", name):
                return replace(account, queue=queue or account.queue)
        return Account("email", "email_raw", name, queue=queue, unsigned=True)


def layers(
    file: Path | None = None,
    options: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
) -> list[Layer]:
    """Read the sources, the strongest last. ``options`` by dotted name; ``environ``: the process's."""
    environ = environment() if environ is None else environ
    found = [from_file(file, environ)] if file else []
    return [*found, from_environment(Settings, environ), from_options(options or {})]


def settle(sources: Sequence[Layer]) -> Settings:
    """Make the settings of the sources. Raises ConfigInvalid naming place, setting and mistake."""
    try:
        settings = read(Settings, merge(sources))
        _ = settings.accounts, settings.zone
    except Mistake as mistake:
        name = dotted(mistake.path)
        message = f"{origin(sources, mistake.path)}: {name}: {mistake.reason}"
        raise ConfigInvalid(message, field=name) from None
    except RecursionError:
        raise ConfigInvalid("conditions are nested too deeply", field="rules") from None
    return settings


def load(
    file: Path | None = None,
    options: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Read and settle in one step."""
    return settle(layers(file, options, environ))


def reference() -> str:
    """Give the text of config/router.toml: every setting with its default and what it does."""
    packed = Path(__file__).with_name("router.toml")
    return (packed if packed.is_file() else Path(__file__).parents[2] / "config" / "router.toml").read_text(
        "utf-8"
    )
