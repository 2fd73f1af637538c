"""Settings that are wrong: refused, with the place and the setting that was probably meant."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.errors import ConfigInvalid
from router.settings import Layer, Settings, load, settle
from router.settings.fetch import fetch_secrets


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


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[server]\nhost = 'x'\nprot = 1\n", 3, ["server.prot", "did you mean `port`?"]),
        ("[sever]\nport = 1\n", 1, ["sever", "did you mean `server`?"]),
        ("[server]\nport = 'x'\n", 2, ["server.port", "expected `int"]),
        ("[server]\nport = 70000\n", 2, ["server.port", "<= 65535"]),
        ("[store]\n# a\ndurable = 1\n", 3, ["store.durable", "`bool`"]),
        ("server.port = -1\n", 1, ["server.port", ">= 0"]),
        ("[queues.a]\n[queues.b]\noffer_timeout_s = 'x'\n", 3, ["queues.b.offer_timeout_s"]),
        ("[queues.b]\nhours = 'x'\n", 1, ["queues.b", "`hours` of a queue is not available"]),
        ("[queues.b.targets]\nvoice = 20\nchat = 0\n", 3, ["queues.b.targets.chat", "> 0"]),
        ("[agents.'a b']\n", 1, ["agents.a b", "regex"]),
        ("[agents.a]\nqueues = ['x', {id = 'y', levl = 1}]\n", 2, ["agents.a.queues[1].levl", "`level`"]),
        ("[[rules]]\nqueue = 'a'\n[[rules]]\nqueu = 'b'\n", 4, ["rules[1].queu", "`queue`"]),
        ("[[rules]]\n[[rules]]\n[rules.when]\nchannel = 'fax'\n", 4, ["rules[1].when.channel", "fax"]),
        ("[[rules]]\nwhen = {any = [{chanel = 'sms'}]}\n", 2, ["rules[0].when.any[0].chanel", "`channel`"]),
        ("[channels.fax.x.y]\n", 1, ["channels.fax", "known are chat, email"]),
        ("[channels.sms.twilio.main]\nsecrt = 'x'\n", 2, ["channels.sms.twilio.main.secrt", "`secret`"]),
        ("[channels.sms.twilio.main]\nunsigned = 'yes'\n", 2, ["main.unsigned", "`bool`"]),
        ("[routing.capacity]\nchat = {}\n", 2, ["routing.capacity.chat", "`weight`"]),
        ("routing = 5\n", 1, ["routing", "expected `object`"]),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, line: int, words: list[str]) -> None:
    """File, line, setting, what is wrong, and the setting that was probably meant."""
    tomllib.loads(text)
    said = refusal(write(tmp_path, text))
    assert f"router.toml:{line}: " in said
    for word in words:
        assert word in said


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    """The parser's own words say where."""
    assert "line 2" in refusal(write(tmp_path, "[server]\nport == 1\n"))
    assert "cannot be read" in refusal(tmp_path / "missing.toml")
    (tmp_path / "latin.toml").write_bytes(b"# \xe9\n")
    assert "UTF-8" in refusal(tmp_path / "latin.toml")


def test_a_wrong_value_from_elsewhere_names_its_source() -> None:
    """The environment variable, or the option."""
    assert refusal(None, {"ROUTER_PORT": "tcp://10.0.0.1:80"}).startswith("ROUTER_PORT: ")
    with pytest.raises(ConfigInvalid, match=r"^--redis-url: store\.redis_url: "):
        load(options={"store.redis_url": "http://x"}, environ={})


def test_no_secret_is_said_aloud(tmp_path: Path) -> None:
    """A refusal never repeats the value that is wrong where it may be a secret."""
    said = refusal(write(tmp_path, "[channels.sms.twilio.main]\nsecret = ['hunter2']\n"))
    assert "hunter2" not in said
    assert "hunter2" not in refusal(None, {"ROUTER_REDIS_URL": "http://:hunter2@db"})


NAMES = st.sampled_from([
    "server", "port", "queues", "rules", "when", "not", "any", "agents", "channels", "sms", "twilio", "main",
    "secret", "secret_file", "secret_env", "admin_key_file", "routing", "capacity", "chat", "a.b", "",
])  # fmt: skip
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 70_000)
    | st.floats()
    | st.sampled_from(["main", "due", "a\0b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_whatever_a_tree_holds_it_is_settings_or_refused(tree: dict[str, object]) -> None:
    """No tree of values ends in anything but settings or a refusal."""

    def where(_: object) -> str:
        return "here"

    outcome: Settings | ConfigInvalid
    try:
        outcome = settle([Layer(fetch_secrets(tree, {}, where), where)])
    except ConfigInvalid as refused:
        outcome = refused
    assert isinstance(outcome, Settings) or str(outcome).startswith("here: ")


def test_nesting_without_end_is_refused(tmp_path: Path) -> None:
    """In the file's syntax and in the conditions of a rule."""
    assert "nested too deeply" in refusal(write(tmp_path, f"a = {'[' * 5000}{']' * 5000}"))
    condition: dict[str, object] = {}
    for _ in range(5000):
        condition = {"not": condition}
    with pytest.raises(ConfigInvalid, match="nested too deeply"):
        settle([Layer({"rules": [{"when": condition}]}, str)])
