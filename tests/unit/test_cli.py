"""The command line: quick to answer, clear when it refuses, exit codes 0, 1 and 2."""

from __future__ import annotations

import base64
import resource
import subprocess
import sys
import tomllib
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from router import cli
from router.errors import EngineMissing, Malformed
from router.settings import reference

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in an empty folder, without anybody's environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("ROUTER_CONFIG", "ROUTER_PORT", "ROUTER_ADMIN_KEY"):
        monkeypatch.delenv(name, raising=False)


def run(*arguments: str, stdin: bytes = b"") -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(cli.main, list(arguments), input=stdin, prog_name="router")


def test_help_is_instant() -> None:
    """It takes at most 150 ms of a processor, the best of five; on an idle machine that is its time."""
    took = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([sys.executable, "-m", "router", "--help"], capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert b"One customer, one thread, every channel." in done.stdout
    assert min(took) <= 0.150


def test_help_loads_nothing_heavy() -> None:
    """Neither server nor client nor codecs are imported before a command needs them."""
    code = "import sys, router.cli; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    assert not {"aiohttp", "redis", "msgspec", "rich", "structlog", "asyncio"} & set(loaded.split())


def test_every_command_explains_itself() -> None:
    """Each has a sentence, which stands whole in a list 80 columns wide, and each answers --help."""

    def walk(group: cli.click.Group, path: tuple[str, ...]) -> None:
        for name, command in group.commands.items():
            sentence = command.get_short_help_str(limit=66)
            assert sentence.endswith("."), (*path, name)
            assert not sentence.endswith("..."), (*path, name)
            assert run(*path, name, "--help").exit_code == 0
            if isinstance(command, cli.click.Group):
                walk(command, (*path, name))

    walk(cli.main, ())


def test_a_wrong_call_is_exit_code_2() -> None:
    """Unknown commands and options, and values that are none."""
    for arguments in (["fly"], ["serve", "--sped"], ["serve", "--port", "x"], ["channels", "parse"]):
        assert run(*arguments).exit_code == 2, arguments


# -- configuration ---------------------------------------------------------------------------------


def test_init_writes_the_reference_once(tmp_path: Path) -> None:
    """The file is the reference; it is never written over."""
    assert run("init").exit_code == 0
    assert (tmp_path / "router.toml").read_text("utf-8") == reference()
    again = run("init")
    assert again.exit_code == 1
    assert "exists already" in again.stderr
    assert "cannot be written" in run("init", "no/such/folder.toml").stderr


def test_check_says_good_or_where_it_is_wrong(tmp_path: Path) -> None:
    """One sentence on stdout, or the place on stderr and exit code 1."""
    good = run("config", "check", "--config", str(ROOT / "config" / "demo.toml"))
    # The demo itself gives this one account its secret.
    assert good.exit_code == 0
    assert [
        line for line in good.stderr.splitlines() if "channels.chat.web.demo has no secret" not in line
    ] == []
    assert good.stdout == "Good: 4 queues, 6 agents, 3 rules, 6 accounts.\n"
    (tmp_path / "router.toml").write_text("[server]\nprot = 1\n", "utf-8")
    bad = run("config", "check")
    assert bad.exit_code == 1
    assert "router.toml:2: server.prot: there is no such setting; did you mean `port`?" in bad.stderr
    assert "router init" in bad.stderr


def test_check_warns_of_oversights(tmp_path: Path) -> None:
    """What is allowed but hardly meant is said, and does not fail."""
    (tmp_path / "router.toml").write_text(
        """
        [smtp]
        queue = "post"
        [queues.support]
        [agents.ada]
        queues = ["support", "sales"]
        [[rules]]
        queue = "vip"
        [channels.sms.twilio.main]
        queue = "texts"
        [channels.sms.pigeon.post]
        unsigned = true
        [channels.voice.twilio.main]
        secret = "s"
        """,
        "utf-8",
    )
    done = run("config", "check")
    assert done.exit_code == 0
    for words in (
        "rules[0] names the queue `vip`",
        "agents.ada names the queue `sales`",
        "smtp names",
        "`texts`",
    ):
        assert words in done.stderr
    assert "channels.sms.twilio.main has no secret" in done.stderr
    assert "channels.sms.pigeon.post has no adapter" in done.stderr
    assert "unless it calls this router directly" in done.stderr
    assert "`support`" not in done.stderr


def test_the_configuration_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--config before ROUTER_CONFIG before router.toml of this folder."""
    for name, port in (("router.toml", 1), ("other.toml", 2), ("third.toml", 3)):
        (tmp_path / name).write_text(f"[server]\nport = {port}\n", "utf-8")
    assert "server.port = 1 " in run("config", "show").stdout
    monkeypatch.setenv("ROUTER_CONFIG", "other.toml")
    assert "server.port = 2 " in run("config", "show").stdout
    assert "server.port = 3 " in run("config", "show", "--config", "third.toml").stdout
    assert "cannot be read" in run("config", "show", "--config", "no.toml").stderr


def test_show_is_toml_with_origins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it writes is valid, says where each setting comes from, and hides what is secret."""
    (tmp_path / "router.toml").write_text(
        """
        [store]
        redis_url = "redis://me:hunter2@db:6379"
        [queues.support]
        targets = { voice = 15 }
        [[rules]]
        when = { attrs = { "odd name" = true }, not = { channel = ["sms"] } }
        queue = "support"
        [channels.sms.twilio.main]
        secret = "hunter2"
        verify_token = "hunter2"
        public_url = "https://r.example"
        """,
        "utf-8",
    )
    monkeypatch.setenv("ROUTER_ADMIN_KEY", "hunter2")
    done = run("config", "show", "--port", "9", "--smtp-port", "25")
    assert done.exit_code == 0
    assert "hunter2" not in done.output
    assert "server.port = 9  # --port\n" in done.stdout
    assert "smtp.port = 25  # --smtp-port\n" in done.stdout
    assert "queues.support.targets.voice = 15.0  # router.toml:5\n" in done.stdout
    tree = tomllib.loads(done.stdout)
    assert tree["store"]["redis_url"] == "redis://[hidden]@db:6379"
    assert tree["server"]["admin_key"] == "[hidden]"
    assert tree["channels"]["sms"]["twilio"]["main"]["public_url"] == "https://r.example"
    assert tree["rules"][0]["when"] == {"attrs": {"odd name": True}, "not": {"channel": ["sms"]}}


# -- adapters --------------------------------------------------------------------------------------


def test_captured_requests_are_read_from_a_pipe() -> None:
    """One line in, one line out; a line that cannot be read has its problem in its line."""
    capture = {
        "name": "first",
        "method": "POST",
        "url": "https://router.example/v1/hooks/sms/twilio/main",
        "headers": {"Content-Type": "application/x-www-form-urlencoded"},
        "body_base64": base64.b64encode(
            b"MessageSid=SM00000000000000000000000000000001&AccountSid=AC1&From=%2B14155550100"
            b"&To=%2B14155559999&Body=Hello&NumMedia=0"
        ).decode(),
    }
    done = run("channels", "parse", "--provider", "twilio", stdin=msgspec.json.encode(capture) + b"\n{\n")
    assert done.exit_code == 0
    first, second = (msgspec.json.decode(line) for line in done.stdout.splitlines())
    assert (first["name"], first["verified"], first["problem"]) == ("first", None, None)
    assert first["events"][0]["text"] == "Hello"
    assert second["events"] == []
    assert second["problem"]["code"] == "malformed"


def test_an_unknown_provider_is_refused_at_once() -> None:
    """Not once a line."""
    done = run("channels", "parse", "--provider", "pigeon", stdin=b"{}\n{}\n")
    assert done.exit_code == 1
    assert done.stderr.count("pigeon") == 1


# -- journeys --------------------------------------------------------------------------------------


def test_timelines_are_answered_and_bad_lines_named() -> None:
    """A call that was answered is one contact; a line that is none is named, and exit code 1 in the end."""
    timeline = {
        "name": "one call",
        "window_days": 7,
        "as_of": "2026-03-20T00:00:00Z",
        "events": [
            {"t": "2026-03-02T09:00:00Z", "channel": "voice", "kind": "call", "direction": "in", "dur_min": 4}
        ],
    }
    done = run("journey", stdin=b"{\n" + msgspec.json.encode(timeline) + b"\n")
    assert done.exit_code == 1
    assert done.stderr.startswith("line 1: ")
    (line,) = done.stdout.splitlines()
    answer = msgspec.json.decode(line)
    assert answer["name"] == "one call"
    assert (answer["answer"]["contacts"], answer["answer"]["fcr"]) == (1, True)


# -- refusals and lines ----------------------------------------------------------------------------


def test_a_refusal_is_a_sentence_and_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the router refuses ends the command with exit code 1, without a traceback."""

    def refuse(*_: object) -> None:
        raise EngineMissing("no binary in /opt")

    monkeypatch.setattr(cli, "sources", refuse)
    done = run("config", "check")
    assert done.exit_code == 1
    assert done.stderr.splitlines() == ["Error: no binary in /opt", EngineMissing.title()]


def test_lines_that_cannot_be_answered_are_named(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """The others are answered in order; the command ends with exit code 1."""

    def answer(line: bytes) -> bytes:
        if b"bad" in line:
            raise Malformed("not a timeline")
        return line.strip().upper()

    with pytest.raises(cli.click.ClickException, match="1 of the lines"):
        cli.answer_lines(iter([b"one\n", b"\n", b"bad\n", b"two"]), answer)
    output, errors = capfdbinary.readouterr()
    assert output == b"ONE\nTWO\n"
    assert errors == b"line 3: not a timeline\n"
