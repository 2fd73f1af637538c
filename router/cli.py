"""The command line. Each command imports what it needs when it runs, so that ``--help`` is instant.

Exit codes: 0 done, 1 could not (one sentence on stderr says what and why), 2 called wrongly.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from router.errors import NotFound, RouterError

if TYPE_CHECKING:
    from router.settings import Layer, Settings
    from router.settings.adapters import Adapters

_FILE = click.Path(dir_okay=False, path_type=Path)


class Commands(click.Group):
    """Commands whose refusals become one sentence and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; say what the router refuses, and what can be done about it."""
        try:
            return super().invoke(ctx)
        except RouterError as error:
            told = isinstance(error, NotFound) or error.title() == error.detail
            advice = "" if told else f"\n{error.title()}"
            raise click.ClickException(f"{error.detail}{advice}") from error


def configured(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that every command with a configuration has."""
    for option in (
        click.option("--smtp-port", type=int, help="Take mail on this port.  [ROUTER_SMTP_PORT]"),
        click.option("--redis-url", help="Use this Redis or Valkey.  [ROUTER_REDIS_URL]"),
        click.option("--data", help="Directory of the embedded engine.  [ROUTER_DATA]"),
        click.option("--port", type=int, help="Port to listen on, 0: any.  [ROUTER_PORT]"),
        click.option("--host", help="Address to listen on.  [ROUTER_HOST]"),
        click.option(
            "--config", type=_FILE, help="Configuration.  [ROUTER_CONFIG, ./router.toml if there is one]"
        ),
    ):
        command = option(command)
    return command


def sources(config: Path | None, options: dict[str, Any]) -> list[Layer]:
    """Read the sources of settings that the options of ``configured`` name."""
    from router.settings import environment, layers

    environ = environment()
    if config is None and environ.get("ROUTER_CONFIG"):
        config = Path(environ["ROUTER_CONFIG"])
    if config is None and Path("router.toml").is_file():
        config = Path("router.toml")
    sections = {
        "host": "server",
        "port": "server",
        "data": "store",
        "redis_url": "store",
        "smtp_port": "smtp",
    }
    named = {f"{sections[name]}.{name.removeprefix('smtp_')}": value for name, value in options.items()}
    return layers(config, named, environ)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="omnichannel-router", prog_name="router")
def main() -> None:
    """One customer, one thread, every channel."""


@main.command()
@configured
def serve(config: Path | None, **options: Any) -> None:
    """Take events, route them, serve the API until SIGTERM or Ctrl-C."""
    from router import logs
    from router.app import run
    from router.settings import settle

    settings = settle(sources(config, options))
    logs.start()
    run(settings)


@main.command()
@click.option("--seconds", type=click.FloatRange(min=0), help="End by itself after so long.")
@configured
def demo(config: Path | None, seconds: float | None, **options: Any) -> None:
    """Start a contact centre that moves, to look at.

    It has a history, live traffic on all channels, and agents who answer. Without --config its settings are
    its own; ./router.toml and ROUTER_CONFIG are left alone.
    """
    import logging

    from router import logs
    from router.demo.run import demo_file, run

    found = sources(config or demo_file(), options)
    logs.start(sys.stderr, logging.WARNING)
    try:
        run(found, seconds)
    except OSError as error:
        raise click.ClickException(f"the demo cannot listen: {error.strerror}; try --port 0") from error


@main.command()
@click.argument("file", type=_FILE, default=Path("router.toml"))
def init(file: Path) -> None:
    """Write a configuration with every setting and its default. Each has a comment that says what it does."""
    from router.settings import reference

    try:
        with file.open("x", encoding="utf-8") as target:
            target.write(reference())
    except FileExistsError:
        raise click.ClickException(f"{file} exists already; give another name") from None
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}") from None
    click.echo(f"{file} is written. Change it, then: router config check --config {file}")


@main.group()
def config() -> None:
    """Look at the configuration."""


@config.command()
@configured
def check(config: Path | None, **options: Any) -> None:
    """Say whether the configuration is right. Warnings name what looks like an oversight."""
    from channels import registry
    from router.settings import settle
    from router.settings.show import doubts

    settings = settle(sources(config, options))
    registry.check(settings.accounts)
    for doubt in doubts(settings, _adapters()):
        click.echo(f"Warning: {doubt}", err=True)
    click.echo(
        f"Good: {len(settings.queues)} queues, {len(settings.agents)} agents, "
        f"{len(settings.rules)} rules, {len(settings.accounts)} accounts."
    )


@config.command()
@configured
def show(config: Path | None, **options: Any) -> None:
    """Write every setting and where it comes from. Secrets are hidden."""
    from router.settings import settle
    from router.settings.show import show as lines

    found = sources(config, options)
    for line in lines(settle(found), found):
        click.echo(line)


@main.group()
def channels() -> None:
    """Look at the channel adapters."""


@channels.command("list")
@configured
@click.option("--json", "as_json", is_flag=True, help="Write one JSON array, for machines.")
def list_(config: Path | None, *, as_json: bool, **options: Any) -> None:
    """Show each adapter and its accounts. Its endpoint and settings, and whether they are complete."""
    from router.settings.adapters_table import write

    write(_settled(config, options), _adapters(), as_json=as_json)


@channels.command()
@click.option("--provider", required=True, help="Whose requests these are; see `router channels list`.")
@click.argument("file", type=click.File("rb"), default="-")
def parse(provider: str, file: IO[bytes]) -> None:
    """Read captured requests into events.

    One JSON object a line comes in, and one goes out for each. A request that cannot be read has its
    `problem` in its line.
    """
    from channels.parse import parse_line
    from channels.registry import find

    find(provider)
    answer_lines(file, lambda line: parse_line(line, provider))


@main.command()
@click.argument("file", type=click.File("rb"), default="-")
def journey(file: IO[bytes]) -> None:
    """Tell the journeys of timelines. A JSON object a line in; contacts, episodes, switches, verdict out."""
    from router.policy.journey import answer_line

    answer_lines(file, answer_line)


@main.command()
@configured
def doctor(config: Path | None, **options: Any) -> None:
    """Say what is wrong, and how to mend it. Looks at the store, the numbers, dead letters, the machine."""
    import asyncio

    from router.operate import examine

    if not asyncio.run(examine(_settled(config, options))):
        raise click.ClickException("something is ill; the arrows say how to mend it")


@main.command()
def openapi() -> None:
    """Write the API's description, OpenAPI 3.1."""
    from router.api.openapi import document

    click.echo(document())


@main.group()
def keys() -> None:
    """Make, list and revoke API keys."""


@keys.command()
@configured
@click.option("--role", type=click.Choice(["adapter", "agent", "supervisor", "admin"]), required=True)
@click.option("--name", required=True, help="What people call the key.")
@click.option("--agent", help="The one agent an agent key speaks for.")
@click.option("--source", multiple=True, help="A source an adapter key may post for; none: all.")
def add(
    config: Path | None, role: Any, name: str, agent: str | None, source: tuple[str, ...], **options: Any
) -> None:
    """Make a key; its secret is written this once."""
    import asyncio

    from router.operate import add_key

    asyncio.run(add_key(_settled(config, options), role, name, agent, source or None))


@keys.command("list")
@configured
def list_keys(config: Path | None, **options: Any) -> None:
    """List every key, without its secret."""
    import asyncio

    from router import operate

    asyncio.run(operate.list_keys(_settled(config, options)))


@keys.command()
@configured
@click.argument("key")
def revoke(config: Path | None, key: str, **options: Any) -> None:
    """Make a key void, at once."""
    import asyncio

    from router.operate import revoke_key

    asyncio.run(revoke_key(_settled(config, options), key))


def _adapters() -> Adapters:
    from channels.registry import ADAPTERS, LISTENERS, SENDERS
    from router.settings.adapters import Adapters

    return Adapters(ADAPTERS, LISTENERS, SENDERS)


def _settled(config: Path | None, options: dict[str, Any]) -> Settings:
    from router.settings import settle

    return settle(sources(config, options))


def answer_lines(file: Iterable[bytes], answer: Callable[[bytes], bytes]) -> None:
    """Write the answer to each line; name the lines that have none on stderr, and exit 1 in the end."""
    import msgspec

    failed = 0
    output = sys.stdout.buffer
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            output.write(answer(line) + b"\n")
            output.flush()
        except (RouterError, msgspec.MsgspecError, ValueError) as error:
            failed += 1
            click.echo(f"line {number}: {error}", err=True)
    if failed:
        raise click.ClickException(f"{failed} of the lines could not be read")
