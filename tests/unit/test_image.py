"""The container image, as far as it can be judged without building it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import msgspec

from router.cli import main
from router.settings import load

ROOT = Path(__file__).parents[2]


def instructions() -> list[tuple[str, str]]:
    """Read the Dockerfile: instruction and what follows, continued lines joined."""
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    found = re.findall(r"^([A-Z]+)\s+(.+)$", text, re.MULTILINE)
    return [(word, rest.strip()) for word, rest in found]


def last(word: str) -> str:
    """Give the last instruction of a kind."""
    return [rest for found, rest in instructions() if found == word][-1]


def test_what_is_copied_exists_and_is_sent() -> None:
    """Every source of a COPY is in the tree, and .dockerignore lets it through."""
    allowed = [
        line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")
    ]
    for rest in (rest for word, rest in instructions() if word == "COPY" and "--from" not in rest):
        for source in shlex.split(rest)[:-1]:
            assert (ROOT / source).exists(), source
            assert any(Path(source).match(rule) or source.startswith(f"{rule}/") for rule in allowed), source


def test_nobody_in_particular_runs_it() -> None:
    """The user is made before it is used, and is not root."""
    user = last("USER")
    assert user not in ("root", "0")
    assert any(word == "RUN" and "useradd" in rest and rest.endswith(user) for word, rest in instructions())


def test_its_command_is_one_of_ours() -> None:
    """The command line knows the command the image starts."""
    program, *arguments = msgspec.json.decode(last("CMD"), type=list[str])
    assert program == "router"
    command: click.Command = main
    for argument in arguments:
        assert isinstance(command, click.Group)
        command = command.commands[argument]


def test_it_is_asked_whether_it_lives() -> None:
    """The health check is a Python program that compiles and asks /livez on the image's own port."""
    check = last("HEALTHCHECK")
    program, flag, code = msgspec.json.decode(check[check.index("CMD") + 3 :], type=list[str])
    assert (program, flag) == ("python", "-c")
    compile(code, "healthcheck", "exec")
    assert "/livez" in code
    assert last("EXPOSE") == environment()["ROUTER_PORT"]


def test_its_environment_is_valid() -> None:
    """The settings the image makes are settings."""
    named = {name: value for name, value in environment().items() if name.startswith("ROUTER_")}
    config = named.pop("ROUTER_CONFIG")
    settings = load(environ=named)
    assert settings.server.host == "0.0.0.0"  # noqa: S104 - inside of a container
    assert settings.store.data == last("VOLUME") == last("WORKDIR")
    assert any(word == "COPY" and rest.endswith(config) for word, rest in instructions())


def environment() -> dict[str, str]:
    """Read the ENV of the final stage."""
    return dict(pair.split("=", 1) for pair in shlex.split(last("ENV")))


def test_the_versions_of_python_agree() -> None:
    """Both stages are the same image, so that the environment fits."""
    images = [rest.split()[0] for word, rest in instructions() if word == "FROM"]
    assert len(set(images)) == 1
