"""What every registered listener and sender promises, and every adapter whatever its settings are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, get_args

import captured
import pytest
from conforming import NAMES, every, holds, refusal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels import registry
from channels.registry import ADAPTERS, LISTENERS, PROVIDERS, SENDERS
from router.errors import CannotSend, ConfigInvalid, OutcomeUnknown, RouterError, Unsent
from router.model.event import Channel as Name
from router.model.handle import Handle
from router.ports import Account, Answer, Call, Declares, Opening, Opens, Outgoing, Sent

Key = tuple[str, str]
LOOPBACK = "127.0.0.1"
_junk = st.one_of(
    st.sampled_from(
        [True, False, 0, -1, 1, 2**70, 0.5, "", " ", "é", "\0", "/", "=", "a b", LOOPBACK, "none"]
    ),
    st.sampled_from([[], [1], ["a"], {}, {"a": 1}, [[]], [{}], "https://127.0.0.1:1", "http://[", "tls"]),
)
_handles = st.sampled_from([
    "tel:+14155550100", "mailto:ada@example.org", "telegram:501", "line:U1", "psid:1/2", "igsid:1/2",
    "slack:T1/U1", "wa-bsuid:US.1", "web-visitor:main/1", "x:1", "unverified:tel/12", "shortcode:12",
    "mailto:é@\r\nBcc: x@a.example",
]).map(Handle.read)  # fmt: skip
_words = st.none() | st.sampled_from(
    ["", "a", "telegram:501", "slack:T1/C1", "1/2", "é\r\nX: y", "+14155559999", ":" * 9]
)
_outgoing = st.builds(
    Outgoing,
    id=st.just("evt_1"), channel=st.sampled_from(get_args(Name)), to=_handles, sender=_words, thread=_words,
    medium=st.none() | st.sampled_from(["whatsapp", "sms"]), subject=_words,
    text=st.text(max_size=20) | st.just("é" * 5000),
)  # fmt: skip
_answers = st.builds(
    Answer,
    st.sampled_from([200, 201, 204, 302, 400, 401, 404, 429, 500, 503, 999]),
    st.sampled_from([{}, {"content-type": "application/json"}, {"retry-after": "é"}]),
    st.sampled_from([
        b"", b"{}", b"[]", b"null", b"1", b'"a"', b"{", b"\xff", b'{"ok":true}',
        b'{"ok":true,"ts":1,"channel":[]}',
        b'{"ok":false,"error":[]}', b'{"messages":[{}]}', b'{"messages":1}', b'{"sentMessages":[1]}',
        b"[" * 5000,
        b'{"result":{"message_id":{}}}', b'{"sid":{}}', b'{"error":1}', b'{"error":{"code":[],"message":{}}}',
    ]),
)  # fmt: skip
tried = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class World:
    """A world outside in which every call ends alike: with an answer, or not at all."""

    def __init__(self, end: Answer | RouterError) -> None:
        """Keep how calls end."""
        self._end = end

    async def call(self, call: Call) -> Answer:
        """End as it was said; what cannot be written on the lines of a call is not sent."""
        lines = [call.url, *call.headers.values()]
        if not call.url.startswith("http") or any(set("\r\n\0") & set(line) for line in lines):
            raise Unsent("the call cannot be written")
        if isinstance(self._end, RouterError):
            raise self._end
        return self._end

    def listen(
        self, url: str, headers: Mapping[str, str] = {}
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Never open."""
        raise OSError(url, dict(headers))


NOWHERE = World(Unsent("nobody is there"))


def declared(part: object) -> list[str]:
    """Name the settings that a part declares; what makes a listener is a method of its class."""
    owner = getattr(part, "__self__", part)
    assert isinstance(owner, Declares)
    return [setting.name for setting in owner.settings]


def accounts(key: Key, part: object) -> st.SearchStrategy[Account]:
    """Give accounts whose settings are anything at all: the file or the API may say what it likes."""
    names = [name for name in declared(part) if name != "secret"]
    found = st.fixed_dictionaries({}, optional=dict.fromkeys(names, _junk))
    return st.builds(lambda said: Account(*key, "main", secret="whsec_c2VjcmV0", settings=said), found)


@pytest.mark.parametrize("key", SENDERS)
def test_a_sender_names_what_an_account_without_settings_lacks(key: Key) -> None:
    """It is a setting that is declared, so that whoever reads it knows what to enter."""
    lack = SENDERS[key].lacks(Account(*key, "main"))
    assert lack in declared(SENDERS[key])
    assert key in ADAPTERS or key in LISTENERS


@pytest.mark.parametrize("key", SENDERS)
@tried
@given(data=st.data())
def test_a_sender_says_in_words_why_it_cannot_send(key: Key, data: Any) -> None:
    """Whatever the account, the message and the answers are: sent, or one of our errors."""
    sender = SENDERS[key]
    account, outgoing = data.draw(accounts(key, sender)), data.draw(_outgoing)
    lack = sender.lacks(account)
    assert lack is None or lack in declared(sender)
    if isinstance(sender, Opens):
        opening = refusal(lambda: holds_together(sender, outgoing, account))
        assert opening is None or isinstance(opening, CannotSend)
    if lack is not None:
        return
    end = data.draw(_answers | st.sampled_from([Unsent("no"), OutcomeUnknown("perhaps")]))
    try:
        sent = asyncio.run(sender.send(outgoing, account, World(end)))
    except RouterError as error:
        assert error.detail  # noqa: PT017 - a refusal in words is one of two good ends
        return
    assert isinstance(sent, Sent)
    assert all(
        isinstance(one, str) and one for one in ([sent.id] if sent.id is not None else []) + list(sent.others)
    )


def holds_together(sender: Opens, outgoing: Outgoing, account: Account) -> None:
    """Assert that a sender says how a conversation begins in words of the model."""
    opening = sender.opening("evt_1", outgoing.to, outgoing.sender, account)
    assert isinstance(opening, Opening)
    assert opening.channel in get_args(Name)


@pytest.mark.parametrize("key", LISTENERS)
def test_an_account_that_names_nothing_to_connect_to_has_no_listener(key: Key) -> None:
    """Its events come to its hook, and nothing is tried again and again."""
    assert LISTENERS[key](Account(*key, "main"), NOWHERE) is None


@pytest.mark.parametrize("key", LISTENERS)
@tried
@given(data=st.data())
def test_a_listener_is_made_or_its_setting_refused(key: Key, data: Any) -> None:
    """Whatever the settings are, before anything is connected."""
    account = data.draw(accounts(key, LISTENERS[key]))
    wrong = refusal(lambda: LISTENERS[key](account, NOWHERE))
    assert wrong is None or isinstance(wrong, ConfigInvalid)


@every
@tried
@given(data=st.data())
def test_an_adapter_stands_any_settings(name: str, data: Any) -> None:
    """What cannot stand is refused at the start, by its name; nothing else breaks by settings."""
    channel, adapter = PROVIDERS[name]
    account = data.draw(accounts((channel, name), adapter))
    wrong = refusal(lambda: registry.check([account]))
    if wrong is not None:
        assert isinstance(wrong, ConfigInvalid)
        assert f"channels.{channel}.{name}.main" in f"{wrong.field} {wrong.detail}"
        return
    sample = data.draw(st.sampled_from(captured.samples(name)))
    request = captured.request(sample)
    refusal(lambda: adapter.verify(request, account, sample["now"]))
    if refusal(lambda: adapter.parse(request, account, sample["now"])) is None:
        holds(adapter.parse(request, account, sample["now"]))


def test_every_adapter_declares_its_settings() -> None:
    """So that the command line can show them, and what an account lacks."""
    assert [name for name in NAMES if not declared(PROVIDERS[name][1])] == []
