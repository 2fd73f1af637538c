"""What the adapters can do, what their accounts may set, and what each account lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol, runtime_checkable

from msgspec import Struct

from router.ports import Account, Declares, Sender, Setting
from router.settings import Settings

COMMON = (
    Setting("unsigned", "true: calls are taken without a secret to check them by"),
    Setting("queue", "where its items wait, unless a rule knows better"),
    Setting("public_url", "what its provider calls, where that is not [server] public_url"),
)
"""What an account of any adapter may set, besides ``secret``."""

Key = tuple[str, str]
"""Channel and provider."""


@runtime_checkable
class Hosted(Protocol):
    """An adapter of our own protocol: clients come to ``address``, and what is sent goes the same way."""

    address: str


class Adapters(Struct, frozen=True):
    """The parts of the adapters, each by channel and provider: what reads hooks, what listens, what sends."""

    hooks: Mapping[Key, object]
    listeners: Mapping[Key, object]
    senders: Mapping[Key, Sender]

    @property
    def keys(self) -> list[Key]:
        """Give every channel and provider there is a part for."""
        return sorted({*self.hooks, *self.listeners, *self.senders})

    def declared(self, key: Key) -> dict[str, Mapping[str, Setting]]:
        """Give the settings of each part there is (``receive``, ``listen``, ``send``), by name."""
        parts = {"receive": self.hooks, "listen": self.listeners, "send": self.senders}
        return {use: _declared(found[key]) for use, found in parts.items() if key in found}

    def closed(self, account: Account) -> bool:
        """Tell whether an account lacks what calls to its hook are checked by, and needs it."""
        key = (account.channel, account.provider)
        if key not in self.hooks or account.secret is not None or account.unsigned:
            return False
        secret = _declared(self.hooks[key]).get("secret")
        return secret is None or secret.unless not in account.settings

    def endpoint(self, account: Account, url: str = "") -> str | None:
        """Give where an account is reached, under ``url``; None where nobody calls it."""
        adapter = self.hooks.get((account.channel, account.provider))
        if isinstance(adapter, Hosted):
            return url.rstrip("/") + adapter.address.format(account=account.name)
        return None if adapter is None else account.hook_at(url) if url else account.hook

    def known(self, key: Key) -> frozenset[str]:
        """Name everything that an account may set."""
        own = {name for part in self.declared(key).values() for name in part}
        return frozenset({"secret", *own, *(setting.name for setting in COMMON)})


class AccountShown(Struct, frozen=True, kw_only=True):
    """An account: ``complete`` where its messages come in; ``missing`` says what does not work, and why."""

    name: str
    endpoint: str | None
    complete: bool
    missing: list[str]


class SettingShown(Struct, frozen=True, kw_only=True):
    """A setting, and what it is needed for: to receive, to listen, to send."""

    name: str
    what: str
    required: bool
    uses: list[str]


class AdapterShown(Struct, frozen=True, kw_only=True):
    """An adapter under one channel; ``endpoint`` is None where it has no hook."""

    channel: str
    provider: str
    endpoint: str | None
    listens: bool
    sends: bool
    settings: list[SettingShown]
    accounts: list[AccountShown]


def shown(settings: Settings, adapters: Adapters) -> list[AdapterShown]:
    """Show every adapter with the accounts it has in this configuration."""
    return [_adapter(key, settings, adapters) for key in adapters.keys]


def _adapter(key: Key, settings: Settings, adapters: Adapters) -> AdapterShown:
    channel, provider = key
    mail = settings.mail
    listens = mail is not None and key == (mail.channel, mail.provider)
    accounts = [one for one in settings.accounts if (one.channel, one.provider) == key]
    if mail is not None and listens and mail.name not in {one.name for one in accounts}:
        accounts.append(mail)
    return AdapterShown(
        channel=channel,
        provider=provider,
        endpoint=adapters.endpoint(Account(channel, provider, "{account}")),
        listens=listens or key in adapters.listeners,
        sends=key in adapters.senders or isinstance(adapters.hooks.get(key), Hosted),
        settings=list(_settings(adapters.declared(key))),
        accounts=[_account(one, settings, adapters) for one in accounts],
    )


def _settings(declared: Mapping[str, Mapping[str, Setting]]) -> Iterator[SettingShown]:
    """Join the settings of the parts: one that several have is shown once, as the first says it."""
    for name in dict.fromkeys(name for part in declared.values() for name in part):
        said = {use: part[name] for use, part in declared.items() if name in part}
        first = next(iter(said.values()))
        required = name == "secret" or any(setting.required for setting in said.values())
        what = f"{first.what}; `{first.unless}` does as well" if first.unless else first.what
        yield SettingShown(name=name, what=what, required=required, uses=list(said))


def _account(account: Account, settings: Settings, adapters: Adapters) -> AccountShown:
    key = (account.channel, account.provider)
    by_mail = settings.mail is not None and account.source == settings.mail.source
    receives, listens = key in adapters.hooks, by_mail or key in adapters.listeners
    missing = []
    if adapters.closed(account):
        receives = False
        missing.append("`secret` is not set: its calls are refused; give one, or `unsigned = true`")
    if listens and not by_mail and (lacks := _lacks(account, adapters.declared(key)["listen"])):
        listens = False
        missing.append(f"{lacks} not set: it does not listen")
    if key in adapters.senders and (lack := adapters.senders[key].lacks(account)):
        missing.append(f"`{lack}` is not set: it cannot send")
    endpoint = adapters.endpoint(account, settings.server.url)
    return AccountShown(name=account.name, endpoint=endpoint, complete=receives or listens, missing=missing)


def _lacks(account: Account, declared: Mapping[str, Setting]) -> str:
    """Name the required settings that are not set, as the beginning of a sentence; empty: there are none."""
    held = {*account.settings, *(["secret"] if account.secret else [])}
    lacking = [
        f"`{name}`"
        for name, setting in declared.items()
        if setting.required and name not in held and setting.unless not in held
    ]
    return f"{' and '.join(lacking)} {'is' if len(lacking) == 1 else 'are'}" if lacking else ""


def _declared(part: object) -> Mapping[str, Setting]:
    """Give what a part declares; what makes a listener is a method of its class, which declares."""
    owner = getattr(part, "__self__", part)
    return {setting.name: setting for setting in owner.settings} if isinstance(owner, Declares) else {}
