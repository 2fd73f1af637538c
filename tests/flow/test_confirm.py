"""Visits that a provider asks for: once each, tried again where they fail."""

from __future__ import annotations

import pytest
import structlog
from network import Network

from router.errors import Unsent
from router.flow.background import Background
from router.flow.confirm import MOST, Confirmations
from router.ports import Account, Answer

URL = "https://sns.example/?Action=ConfirmSubscription&Token=t0k3n"
ACCOUNT = Account("email", "aws_sns", "main")


def made(network: Network) -> tuple[Confirmations, Background]:
    """Make one that does not wait."""
    background = Background()
    return Confirmations(network, background, (0, 0)), background


async def test_an_address_is_visited_once() -> None:
    """However often the provider asks; the log says of which account, and not the address."""
    network = Network({URL: b"<ok/>"})
    confirmations, background = made(network)
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            confirmations.visit(URL, ACCOUNT)
        await background.drain(5)
        confirmations.visit(URL, ACCOUNT)
        await background.drain(5)
    assert network.asked == [URL]
    assert [(line["event"], line["source"]) for line in logs] == [("subscription_confirmed", "aws_sns:main")]
    assert "t0k3n" not in str(logs)


@pytest.mark.parametrize("page", [Unsent(), Answer(403, {}, b""), Answer(302, {}, b"")])
async def test_what_fails_is_tried_again_and_told_of(page: Answer | Exception) -> None:
    """Three times; then the provider may ask once more."""
    network = Network({URL: page})
    confirmations, background = made(network)
    with structlog.testing.capture_logs() as logs:
        confirmations.visit(URL, ACCOUNT)
        await background.drain(5)
    assert network.asked == [URL] * 3
    assert [line["event"] for line in logs] == ["subscription_unconfirmed"] * 3
    network.pages[URL] = b"<ok/>"
    confirmations.visit(URL, ACCOUNT)
    await background.drain(5)
    assert network.asked == [URL] * 4


async def test_only_https_is_visited() -> None:
    """Whatever an adapter says."""
    network = Network()
    confirmations, background = made(network)
    confirmations.visit("http://sns.example/", ACCOUNT)
    await background.drain(5)
    assert network.asked == []


async def test_only_so_many_are_remembered() -> None:
    """The oldest are forgotten first."""
    network = Network({f"{URL}{n}": b"x" for n in range(MOST + 1)})
    confirmations, background = made(network)
    for n in [*range(MOST + 1), MOST, 0]:
        confirmations.visit(f"{URL}{n}", ACCOUNT)
    await background.drain(5)
    assert len(network.asked) == MOST + 2
