"""Settings: four sources, one meaning; whatever is wrong is refused with its place."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from router.errors import ConfigInvalid
from router.model.queue import QueueProfile
from router.settings import Settings, layers, load, origin

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "config" / "router.toml"


def write(folder: Path, text: str) -> Path:
    """Write a configuration file."""
    file = folder / "router.toml"
    file.write_text(text, "utf-8")
    return file


def refusal(file: Path | None, environ: dict[str, str] | None = None) -> str:
    """Give the words in which a configuration is refused."""
    with pytest.raises(ConfigInvalid) as caught:
        load(file, environ=environ or {})
    return str(caught.value)


# -- the reference ---------------------------------------------------------------------------------


def test_the_reference_equals_the_defaults() -> None:
    """config/router.toml changes nothing."""
    assert load(REFERENCE, environ={}) == Settings()


def test_the_reference_names_every_setting() -> None:
    """Each setting of each section stands in the reference, set or as a comment of one that is unset."""
    tree = tomllib.loads(REFERENCE.read_text("utf-8"))
    for section in ("server", "store", "smtp", "routing", "journey"):
        defaults = msgspec.to_builtins(getattr(Settings(), section))
        assert set(tree[section]) == {name for name, value in defaults.items() if value is not None}, section
        part = re.split(r"\n\[", REFERENCE.read_text("utf-8").split(f"\n[{section}]\n", 1)[1])[0]
        for name in (name for name, value in defaults.items() if value is None):
            assert re.search(rf"^# {name} = ", part, re.MULTILINE), name


def test_every_line_of_the_reference_has_its_comment() -> None:
    """A plain setting of a section without a word of what it does is no reference."""
    for part in re.split(r"\n(?=\[)", REFERENCE.read_text("utf-8")):
        if re.match(r"\[[a-z]+\]\n", part):
            bare = [line for line in part.splitlines()[1:] if " = " in line and " # " not in line]
            assert bare == []
        elif part.startswith("["):
            assert " # " in part.splitlines()[0], "a table of values says on its first line what they are"


def test_the_examples_of_the_reference_are_valid(tmp_path: Path) -> None:
    """Taking the comment signs away gives a configuration that works."""
    text = REFERENCE.read_text("utf-8")
    examples = text.split("# ---- what the router works with", 1)[1]
    lines = [
        line.removeprefix("# ") for line in examples.splitlines() if re.match(r"# (\[|[a-z_]+ = )", line)
    ]
    secrets = {"TWILIO_AUTH_TOKEN": "tok", "SHOP_SECRET": "s", "CHAT_SECRET": "s"}
    settings = load(write(tmp_path, "\n".join(lines)), environ=secrets)
    assert settings.queues["support"].targets["voice"] == 20
    same = msgspec.structs.replace(settings.queues["support"], targets={})
    assert same == QueueProfile()
    assert settings.agents["ada"].memberships[1].level == 1
    assert settings.rules[0].when.none_of is not None
    assert settings.accounts[0].secret == "tok"


def test_the_demo_configuration_is_valid() -> None:
    """config/demo.toml is read, and every queue it speaks of exists in it."""
    demo = load(ROOT / "config" / "demo.toml", environ={})
    spoken = {member.id for agent in demo.agents.values() for member in agent.memberships}
    spoken |= {rule.queue for rule in demo.rules if rule.queue} | {account.queue for account in demo.accounts}
    assert spoken <= set(demo.queues)


# -- the sources -----------------------------------------------------------------------------------


def test_the_stronger_source_wins(tmp_path: Path) -> None:
    """Command line over environment over file over default."""
    file = write(tmp_path, "[server]\nport = 1\nhost = '0.0.0.0'\ndrain_s = 3\n")
    environ = {"ROUTER_PORT": "2", "ROUTER_HOST": "::1"}
    settings = load(file, {"server.port": 3, "server.host": None}, environ)
    assert settings.server.port == 3
    assert settings.server.host == "::1"
    assert settings.server.drain_s == 3
    assert settings.server.body_deadline_s == 10


def test_the_environment_reaches_every_section() -> None:
    """Bare names for server and store, the section's name in front for others; numbers, yes and no."""
    settings = load(
        environ={
            "ROUTER_DATA": "/var/lib/router",
            "ROUTER_REDIS_URL": "redis://db:6379",
            "ROUTER_DURABLE": "true",
            "ROUTER_SMTP_PORT": "2525",
            "ROUTER_ROUTING_ANSWER_WAIT_MS": "50",
            "ROUTER_JOURNEY_WINDOWS": "7, 30",
            "ROUTER_ADMIN_KEY": "k-123",
            "HOME": "/root",
        }
    )
    assert settings.store.data == "/var/lib/router"
    assert settings.store.redis_url == "redis://db:6379"
    assert settings.store.durable is True
    assert settings.smtp.port == 2525
    assert settings.routing.answer_wait_ms == 50
    assert settings.journey.windows == [7, 30]
    assert settings.server.admin_key == "k-123"


def test_an_empty_environment_variable_is_unset() -> None:
    """Compose files pass empty values for what nobody set."""
    assert load(environ={"ROUTER_REDIS_URL": "", "ROUTER_PORT": ""}) == Settings()


def test_the_environment_of_others_is_left_alone() -> None:
    """A cluster names its own things ROUTER_SERVICE_HOST; our tests have variables too."""
    others = {"ROUTER_SERVICE_HOST": "10.0.0.1", "ROUTER_SERVICE_PORT": "80", "ROUTER_CASES": "/cases"}
    assert load(environ=others) == Settings()


def test_a_slip_in_the_environment_is_refused() -> None:
    """A name that is nearly ours would be ignored silently otherwise."""
    assert "did you mean ROUTER_SMTP_PORT?" in refusal(None, {"ROUTER_SMPT_PORT": "25"})


def test_tables_are_joined_and_the_rest_is_replaced(tmp_path: Path) -> None:
    """One capacity in the file is the whole table: Structs have no half defaults; sections are joined."""
    settings = load(write(tmp_path, "[routing.tiers]\ngold = 0.75\n"), environ={})
    assert settings.routing.tiers == {"gold": 0.75}
    assert settings.routing.capacity == Settings().routing.capacity


def test_origin_names_where_a_setting_comes_from(tmp_path: Path) -> None:
    """For people who wonder why a setting is what it is."""
    file = write(tmp_path, "[server]\nhost = '0.0.0.0'\nport = 1\n")
    sources = layers(file, {"store.data": "/d"}, {"ROUTER_PORT": "2"})
    assert origin(sources, ("server", "host")) == f"{file}:2"
    assert origin(sources, ("server", "port")) == "ROUTER_PORT"
    assert origin(sources, ("store", "data")) == "--data"
    assert origin(sources, ("smtp", "port")) == "default"


def test_the_address_providers_call() -> None:
    """Where nobody says, the one we listen on; a slash at the end is left out."""
    assert Settings().server.url == "http://127.0.0.1:8080"
    assert load(environ={"ROUTER_HOST": "::1", "ROUTER_PORT": "0"}).server.url == "http://[::1]:0"
    named = load(environ={"ROUTER_PUBLIC_URL": "https://r.example/base/"})
    assert named.server.url == "https://r.example/base"


# -- secrets ---------------------------------------------------------------------------------------


def test_secrets_may_lie_elsewhere(tmp_path: Path) -> None:
    """In a file, in the environment, or in the configuration itself; other settings stay free."""
    (tmp_path / "token").write_text("from file\n", "utf-8")
    file = write(
        tmp_path,
        f"""
        [server]
        admin_key_file = "{tmp_path}/token"
        [channels.sms.twilio.main]
        secret_file = "{tmp_path}/token"
        queue = "support"
        public_url = "https://x.example/v1"
        [channels.social.meta.page]
        secret_env = "META"
        verify_token_env = "VERIFY"
        tolerance_s = 300
        [channels.email.postmark.in]
        unsigned = true
        """,
    )
    settings = load(file, environ={"META": "from env", "VERIFY": "v"})
    assert settings.server.admin_key == "from file"
    sms, meta, mail = settings.accounts
    assert (sms.source, sms.secret, sms.queue) == ("twilio:main", "from file", "support")
    assert sms.settings == {"public_url": "https://x.example/v1"}
    assert (meta.channel, meta.secret, meta.unsigned) == ("social", "from env", False)
    assert meta.settings == {"verify_token": "v", "tolerance_s": 300}
    assert (mail.secret, mail.unsigned) == (None, True)


def test_the_environment_may_name_a_secret_file(tmp_path: Path) -> None:
    """ROUTER_ADMIN_KEY_FILE, as container secrets are given; it beats the key in the file."""
    (tmp_path / "key").write_text("k", "utf-8")
    file = write(tmp_path, "[server]\nadmin_key = 'weaker'\n")
    assert load(file, environ={"ROUTER_ADMIN_KEY_FILE": f"{tmp_path}/key"}).server.admin_key == "k"


def test_a_secret_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """Starting without it would take unsigned calls, or none."""
    text = "[channels.sms.twilio.main]\nsecret_env = 'NOPE'\n"
    said = refusal(write(tmp_path, text))
    assert "router.toml:2" in said
    assert "NOPE" in said
    assert "ROUTER_ADMIN_KEY_FILE" in refusal(None, {"ROUTER_ADMIN_KEY_FILE": "/no/such"})
    both = "[channels.sms.twilio.main]\nsecret = 'a'\nsecret_file = 'b'\n"
    assert "either `secret` or `secret_file`" in refusal(write(tmp_path, both))
