"""The adapters and their accounts for a terminal: one block a provider, what is complete in colour."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

import msgspec
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from router.settings import Settings
from router.settings.adapters import AccountShown, Adapters, AdapterShown, SettingShown, shown

_HINT = (
    "There are no accounts in this configuration. An account is a table of it, such as\n"
    '  [channels.sms.twilio.main]\n  secret_env = "TWILIO_AUTH_TOKEN"'
)


def write(settings: Settings, adapters: Adapters, *, as_json: bool) -> None:
    """Write what adapters there are, and whether their accounts are complete: for machines or people."""
    found = shown(settings, adapters)
    if as_json:
        sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
        return
    strangers = [one for one in settings.accounts if (one.channel, one.provider) not in adapters.keys]
    names = [one.place for one in strangers]
    Console(highlight=False).print(_blocks(found, names))


def _blocks(adapters: Sequence[AdapterShown], strangers: Sequence[str]) -> Group:
    """Draw them; ``strangers`` are accounts without an adapter."""
    drawn = [part for alike in _alike(adapters) for part in _block(alike)]
    drawn += [f"[red]{escape(name)}[/] there is no adapter of this name" for name in strangers]
    drawn.append("[bold]*[/] required")
    if not strangers and not any(one.accounts for one in adapters):
        drawn.append(escape(_HINT))
    return Group(*drawn)


def _alike(adapters: Sequence[AdapterShown]) -> list[list[AdapterShown]]:
    """Put the channels of a provider together that have the same settings and ways."""
    found: dict[str, list[AdapterShown]] = {}
    for one in sorted(adapters, key=lambda each: each.provider):
        found.setdefault(
            f"{one.provider} {one.endpoint is None} {one.listens} {one.sends} {one.settings}", []
        ).append(one)
    return list(found.values())


def _block(alike: Sequence[AdapterShown]) -> Iterator[RenderableType]:
    first, channels = alike[0], [one.channel for one in alike]
    ways = [way for way, there in (("listens by itself", first.listens), ("sends", first.sends)) if there]
    yield f"[bold cyan]{first.provider}[/]  {', '.join(channels)}{''.join(f' · {way}' for way in ways)}"
    if first.endpoint:
        several = "<" + "|".join(channels) + ">"
        endpoint = first.endpoint.replace(f"/{first.channel}/", f"/{several}/", 1) if channels[1:] else ""
        yield Padding(f"[dim]{escape(endpoint or first.endpoint)}[/]", (0, 0, 0, 2))
    yield Padding(_settings(first.settings), (0, 0, 0, 2))
    for one in alike:
        for account in one.accounts:
            yield from _account(f"{one.channel}.{one.provider}.{account.name}", account)
    yield ""


def _settings(settings: Sequence[SettingShown]) -> Table:
    """Draw the settings one below the other, parted by what they are for."""
    table = Table.grid(padding=(0, 2))
    said = "receive"
    for setting in settings:
        if setting.uses[0] != said:
            said = setting.uses[0]
            table.add_row(f"[dim]to {said}:[/]")
        star = "*" if setting.required else ""
        table.add_row(f"[bold]{setting.name}{star}[/]", escape(setting.what))
    return table


def _account(name: str, account: AccountShown) -> Iterator[RenderableType]:
    state = "[green]complete[/]" if account.complete else "[red]not complete[/]"
    yield Padding(f"[bold]channels.{escape(name)}[/] {state}", (0, 0, 0, 2))
    for line in [*([account.endpoint] if account.endpoint else []), *account.missing]:
        yield Padding(escape(line), (0, 0, 0, 4))
