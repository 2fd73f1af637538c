"""``router channels list`` and what ``config check`` says of accounts: complete or not, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from channels.registry import ADAPTERS, LISTENERS, SENDERS
from router import cli
from router.settings.adapters import COMMON, Adapters

ALL = Adapters(ADAPTERS, LISTENERS, SENDERS)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in an empty folder, without anybody's configuration."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ROUTER_CONFIG", raising=False)


def run(command: str, config: str = "") -> Result:
    """Run a command of the router over a configuration, none where it is empty."""
    if config:
        Path("router.toml").write_text(config, "utf-8")
    return CliRunner().invoke(cli.main, command.split(), prog_name="router")


def listed(config: str = "") -> dict[tuple[str, str], dict[str, Any]]:
    """Give what is written for machines, by channel and provider."""
    done = run("channels list --json", config)
    assert (done.exit_code, done.stderr) == (0, "")
    return {(one["channel"], one["provider"]): one for one in msgspec.json.decode(done.stdout)}


def test_it_works_without_a_configuration() -> None:
    """Every adapter is there, with its endpoint; the end says how to make an account."""
    assert listed().keys() == set(ALL.keys)
    assert listed()["sms", "twilio"]["endpoint"] == "/v1/hooks/sms/twilio/{account}"
    done = run("channels list")
    assert done.exit_code == 0
    for words in ("twilio", "sms, social, voice", "auth token of the account", "[channels.sms.twilio.main]"):
        assert words in done.stdout, words


CONFIG = """
[server]
public_url = "https://router.example.org/"
[channels.sms.twilio.main]
secret = "hunter2"
[channels.sms.twilio.bare]
[channels.social.twilio.own]
unsigned = true
public_url = "https://other.example.org/v1/hooks/social/twilio/own"
[channels.voice.asterisk.pbx]
secret = "hunter2"
[channels.sms.pigeon.post]
secret = "hunter2"
"""


def test_an_account_is_complete_or_says_what_is_missing() -> None:
    """The address to enter at the provider stands beside it; no secret is ever shown."""
    found = listed(CONFIG)
    main, bare = found["sms", "twilio"]["accounts"]
    assert main["endpoint"] == "https://router.example.org/v1/hooks/sms/twilio/main"
    assert main["complete"]
    assert not bare["complete"]
    assert "`secret` is not set" in bare["missing"][0]
    (own,) = found["social", "twilio"]["accounts"]
    assert own["endpoint"] == "https://other.example.org/v1/hooks/social/twilio/own"
    assert own["complete"]
    text = run("channels list").stdout
    assert "channels.sms.twilio.bare not complete" in text
    assert "channels.sms.pigeon.post there is no adapter of this name" in text
    assert "hunter2" not in text + str(found)


def test_a_listener_says_what_it_needs() -> None:
    """An account whose hook works is complete, and yet told what it lacks to listen by itself."""
    (pbx,) = listed(CONFIG)["voice", "asterisk"]["accounts"]
    assert pbx["complete"]
    assert "it does not listen" in pbx["missing"][0]
    assert "`host`" in pbx["missing"][0]


def test_another_setting_may_do_as_well() -> None:
    """An Asterisk that is heard by its other interface lacks nothing."""
    config = CONFIG.replace(
        "[channels.voice.asterisk",
        "[channels.voice.asterisk.other]\nari_url = 'http://a'\n[channels.voice.asterisk",
        1,
    )
    other = next(one for one in listed(config)["voice", "asterisk"]["accounts"] if one["name"] == "other")
    assert (other["complete"], other["missing"]) == (True, [])


def test_the_mail_listener_is_an_account() -> None:
    """It needs no table of its own; with one, it is shown once."""
    (mail,) = listed("[smtp]\nport = 2525\naccount = 'post'\n")["email", "email_raw"]["accounts"]
    assert (mail["name"], mail["complete"]) == ("post", True)
    config = "[smtp]\nport = 2525\naccount = 'post'\n[channels.email.email_raw.post]\nsecret = 's'\n"
    assert len(listed(config)["email", "email_raw"]["accounts"]) == 1


def test_check_finds_settings_nobody_reads() -> None:
    """A slip is named with what was meant; what every account may have, and what others have, is none."""
    common = "\n".join(f"{setting.name} = 'x'" for setting in COMMON if setting.name != "unsigned")
    done = run("config check", f"[channels.sms.twilio.main]\nsecret = 's'\nanswer_twinl = 'x'\n{common}\n")
    assert done.exit_code == 0
    assert done.stderr.count("no such setting") == 1
    assert "channels.sms.twilio.main.answer_twinl" in done.stderr
    assert "did you mean `answer_twiml`?" in done.stderr


@pytest.mark.parametrize(
    ("provider", "warned"), [("sms.twilio", True), ("sms.messagebird", True), ("social.line", False)]
)
def test_check_speaks_of_the_address_where_it_is_signed(provider: str, *, warned: bool) -> None:
    """Only of accounts whose provider signs it, and only while nothing says what it is."""
    account = f"[channels.{provider}.main]\nsecret = 's'\n"
    assert ("no public_url" in run("config check", account).stderr) is warned
    assert "no public_url" not in run("config check", account + "public_url = 'https://a.example'\n").stderr
    server = "[server]\npublic_url = 'https://a.example'\n"
    assert "no public_url" not in run("config check", account + server).stderr


def test_web_chat_has_a_way_in_of_its_own() -> None:
    """No hook: the address of the WebSocket; and it sends by the same."""
    found = listed('[channels.chat.web.shop]\nsecret = "hunter2"\n')["chat", "web"]
    assert (found["endpoint"], found["sends"]) == ("/v1/ws/chat?account={account}", True)
    assert found["accounts"][0]["endpoint"].endswith("/v1/ws/chat?account=shop")
    assert found["accounts"][0]["complete"]
