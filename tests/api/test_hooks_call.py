"""/v1/hooks: the provider's signature is the key, and no body makes our own error."""

from __future__ import annotations

import io
import threading
from collections.abc import AsyncIterator, Callable, Sequence

import aiohttp
import pytest
from parts import Parts
from twilio.request_validator import RequestValidator
from yarl import URL

from channels.registry import ADAPTERS
from router.errors import Busy, IdReused, Malformed, StoreAway, Unverified
from router.model.event import Event
from router.ports import Account, Reply, Request

PUBLIC = "https://calls.example.org/router"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Odd:
    """An adapter whose steps do what the test says; keeps what it was given."""

    unverified_status = 406

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.threads: list[int] = []
        self.on_verify: Callable[[], None] = lambda: None
        self.on_parse: Callable[[], None] = lambda: None
        self.on_answer: Callable[[], None] = lambda: None

    def verify(self, request: Request, account: Account, now: float) -> None:
        """Do what the test says."""
        assert account.secret
        assert now > 1_700_000_000
        self.requests.append(request)
        self.on_verify()

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:
        """Make one event of a body, none of an empty one."""
        assert now > 1_700_000_000
        self.requests.append(request)
        self.threads.append(threading.get_ident())
        self.on_parse()
        made = Event(id="a", source=account.source, channel="sms", kind="message")
        return [made] if request.body else []

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:
        """Say how many events there were."""
        del request, account
        self.on_answer()
        return Reply(202, {"Content-Type": "text/xml"}, b"<n>%d</n>" % len(events))


@pytest.fixture
def odd() -> Odd:
    """Give an adapter that does as it is told."""
    return Odd()


@pytest.fixture
async def served(odd: Odd) -> AsyncIterator[Parts]:
    """Serve accounts of the odd adapter, and of the real one of Twilio."""
    made = Parts(
        channels={**ADAPTERS, ("chat", "odd"): odd},
        accounts={
            "chat": {
                "odd": {"main": {"secret": "s"}, "open": {"unsigned": True, "queue": "q"}, "bare": {}},
                "nobody": {"main": {"secret": "s"}},
            },
            "sms": {
                "twilio": {
                    "main": {"secret": "token", "public_url": PUBLIC + "/"},
                    "direct": {"secret": "token"},
                }
            },
        },
    )
    runner = await made.start()
    yield made
    await runner.cleanup()


@pytest.fixture
async def caller(served: Parts) -> AsyncIterator[aiohttp.ClientSession]:
    """Open a client without any key."""
    async with aiohttp.ClientSession(served.url) as session:
        yield session


async def test_a_signed_call_is_recorded_and_answered(
    caller: aiohttp.ClientSession, served: Parts, odd: Odd
) -> None:
    """The answer is the adapter's own; the flow knows the account, and replays are never refused."""
    async with caller.post("/v1/hooks/chat/odd/main", data=b"hi") as answer:
        assert (answer.status, await answer.read()) == (202, b"<n>1</n>")
        assert answer.headers["Content-Type"] == "text/xml"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    (call,) = served.ingest.calls
    assert (call["account"].source, call["strict"], call["imported"]) == ("odd:main", False, False)
    assert odd.requests[0].method == "POST"


async def test_twilio_itself_would_be_let_in(caller: aiohttp.ClientSession, served: Parts) -> None:
    """Its own signer signs the public address, query byte-exact; a change of the body or query is refused."""
    path = "/v1/hooks/sms/twilio/main?b=%2f&a=1+2&b=3"
    form = {
        "MessageSid": "SM1",
        "From": "+14155550100",
        "To": "+14155559999",
        "Body": "hi",
        "AccountSid": "AC1",
    }
    signature = RequestValidator("token").compute_signature(PUBLIC + path, form)
    headers = {**FORM, "X-Twilio-Signature": signature}
    url = URL(path, encoded=True)
    async with caller.post(url, data={**form, "Body": "changed"}, headers=headers) as answer:
        assert answer.status in {401, 403}
    async with caller.post(url.with_query("a=1"), data=form, headers=headers) as answer:
        assert answer.status in {401, 403}
    assert served.ingest.calls == []
    async with caller.post(url, data=form, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
    assert len(served.ingest.calls) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_who_calls_directly_signs_the_address_as_called(
    caller: aiohttp.ClientSession, served: Parts, host: str
) -> None:
    """Nothing has to be set where no proxy changes it, on whatever port and by whatever name."""
    address = f"http://{host}:{served.port}/v1/hooks/sms/twilio/direct"
    form = {"MessageSid": "SM1", "From": "+14155550100", "To": "+14155559999", "AccountSid": "AC1"}
    signature = RequestValidator("token").compute_signature(address, form)
    headers = {**FORM, "X-Twilio-Signature": signature, "Host": f"{host}:{served.port}"}
    async with caller.post("/v1/hooks/sms/twilio/direct", data=form, headers=headers) as answer:
        assert answer.status == 200, await answer.text()


@pytest.mark.parametrize(
    "error",
    [Unverified(), ValueError("x"), TypeError(), KeyError("a"), UnicodeDecodeError("utf-8", b"", 0, 1, "")],
)
async def test_whatever_a_verifier_raises_is_unverified(
    caller: aiohttp.ClientSession, served: Parts, odd: Odd, error: Exception
) -> None:
    """The provider's own status for it, nothing recorded, and nothing of the secret in the words."""

    def fail() -> None:
        raise error

    odd.on_verify = fail
    async with caller.post("/v1/hooks/chat/odd/main", data=b"hi") as answer:
        problem = await answer.json(content_type="application/problem+json")
        assert (answer.status, problem["status"], problem["code"]) == (406, 406, "unverified")
    assert served.ingest.calls == []


@pytest.mark.parametrize("step", ["on_parse", "on_answer"])
@pytest.mark.parametrize(
    "error", [Malformed("no form"), RecursionError(), AttributeError("'NoneType'"), KeyError(1)]
)
async def test_a_body_that_breaks_an_adapter_is_malformed(
    caller: aiohttp.ClientSession, odd: Odd, step: str, error: Exception
) -> None:
    """It is 400, never our 500, so that providers do not send it again for days."""

    def fail() -> None:
        raise error

    setattr(odd, step, fail)
    async with caller.post("/v1/hooks/chat/odd/main", data=b"hi") as answer:
        assert (answer.status, (await answer.json())["code"]) == (400, "malformed")


async def test_a_body_that_breaks_an_adapter_is_set_aside(
    caller: aiohttp.ClientSession, served: Parts, odd: Odd
) -> None:
    """As it came, with the call; one by a wrong signature is not, nor is a fault in the answer."""

    def fail() -> None:
        raise KeyError

    odd.on_answer = fail
    async with caller.post("/v1/hooks/chat/odd/main", data=b"hi") as answer:
        assert answer.status == 400
    odd.on_verify = odd.on_parse = fail
    async with caller.post("/v1/hooks/chat/odd/main", data=b"hi") as answer:
        assert answer.status == 406
    assert served.aside.kept == []
    async with caller.post("/v1/hooks/chat/odd/open?a=1", data=b"hi") as answer:
        assert answer.status == 400
    ((account, body, problem, request),) = served.aside.kept
    assert (account.name, body, problem.code) == ("open", b"hi", "malformed")
    assert request is not None
    assert request.url.endswith("/v1/hooks/chat/odd/open?a=1")


async def test_a_refused_event_is_reviewed(caller: aiohttp.ClientSession, served: Parts) -> None:
    """The provider gets its success answer, and what was refused is not lost. Busy refuses nothing."""
    served.ingest.refusals["a"] = Busy()
    async with caller.post("/v1/hooks/chat/odd/main", data=b"hi") as answer:
        assert answer.status == 503
    assert served.aside.reviewed == []
    refusal = served.ingest.refusals["a"] = IdReused()
    async with caller.post("/v1/hooks/chat/odd/main", data=b"hi") as answer:
        assert answer.status == 202
    ((events, results),) = served.aside.reviewed
    assert ([event.id for event in events], results) == (["a"], [refusal])


async def test_a_busy_store_says_come_again(caller: aiohttp.ClientSession, served: Parts) -> None:
    """503 with Retry-After; what else a single event is refused for is not the provider's business."""
    for refusal in (Busy(), StoreAway()):
        served.ingest.refusals["a"] = refusal
        async with caller.post("/v1/hooks/chat/odd/main", data=b"hi") as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    served.ingest.refusals["a"] = IdReused()
    async with caller.post("/v1/hooks/chat/odd/main", data=b"hi") as answer:
        assert answer.status == 202


async def test_what_is_irrelevant_is_not_recorded(caller: aiohttp.ClientSession, served: Parts) -> None:
    """No events, no call of the store, the provider's success answer; GET and HEAD are asked as GET."""
    async with caller.get("/v1/hooks/chat/odd/main?hub=1") as answer:
        assert (answer.status, await answer.read()) == (202, b"<n>0</n>")
    async with caller.head("/v1/hooks/chat/odd/main") as answer:
        assert answer.status == 202
    assert served.ingest.calls == []


async def test_an_account_without_a_secret_says_so(
    caller: aiohttp.ClientSession, served: Parts, odd: Odd
) -> None:
    """``unsigned`` lets in without a check; neither is refused before the body counts; no account is 404."""
    odd.on_verify = lambda: pytest.fail("nothing to verify")
    async with caller.post("/v1/hooks/chat/odd/open", data=b"hi") as answer:
        assert answer.status == 202
    assert served.ingest.calls[0]["account"].queue == "q"
    async with caller.post("/v1/hooks/chat/odd/bare", data=b"hi") as answer:
        assert (answer.status, (await answer.json())["code"]) == (403, "no-secret")
    for path in ("chat/odd/other", "sms/odd/main", "chat/nobody/main", "sms/twilio/%00"):
        async with caller.post(URL(f"/v1/hooks/{path}", encoded=True), data=b"hi") as answer:
            assert answer.status == 404
    assert len(served.ingest.calls) == 1


async def test_the_adapter_sees_the_call_as_it_was_made(
    caller: aiohttp.ClientSession, served: Parts, odd: Odd
) -> None:
    """Header names in lower case, the body's bytes, the query's bytes, the address as it is known outside."""
    url = URL("/v1/hooks/chat/odd/main?x=%2F+%zz&y", encoded=True)
    async with caller.post(url, data=b"\xff\x00", headers={"X-Odd": "Yes"}) as answer:
        assert answer.status == 202
    seen = odd.requests[0]
    assert seen.url == f"{served.url}/v1/hooks/chat/odd/main?x=%2F+%zz&y"
    assert (seen.headers["x-odd"], seen.body) == ("Yes", b"\xff\x00")


async def test_a_long_body_is_read_aside(caller: aiohttp.ClientSession, odd: Odd) -> None:
    """A long body is parsed in a thread, so that the loop goes on; a short one at once."""
    for body in (b"x", b"x" * 100_000):
        async with caller.post("/v1/hooks/chat/odd/main", data=body) as answer:
            assert answer.status == 202
    here = threading.get_ident()
    assert [thread == here for thread in odd.threads] == [True, False]


async def test_forms_with_files_may_be_larger(caller: aiohttp.ClientSession) -> None:
    """1 MiB for what is one text, 30 MiB for multipart: mail comes with its attachments."""
    body = b"x" * 1_048_577
    async with caller.post("/v1/hooks/chat/odd/main", data=io.BytesIO(body)) as answer:
        assert answer.status == 413
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    async with caller.post("/v1/hooks/chat/odd/main", data=io.BytesIO(body), headers=headers) as answer:
        assert answer.status == 202
