"""A real mail server for tests: Debian's Postfix, with a configuration, a queue and a port of its own.

Only root may start one; it never touches that of the system. It sends everything on over LMTP.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp

import pytest
from servers import free_port

BINARY = Path("/usr/sbin/postfix")
WAIT_S = 30

_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = mx.shop.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
smtpd_relay_restrictions = permit_mynetworks, reject
smtputf8_enable = yes
default_transport = lmtp:inet:127.0.0.1:{port}
relay_transport = $default_transport
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
"""
_MASTER = """
127.0.0.1:{listen} inet n - n - - smtpd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
smtp      unix - - n - - smtp
lmtp      unix - - n - - lmtp
error     unix - - n - - error
retry     unix - - n - - error
discard   unix - - n - - discard
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """Takes mail on ``port`` and hands it to the LMTP listener on ``lmtp_port`` of this machine."""

    def __init__(self, lmtp_port: int) -> None:
        if not BINARY.exists():
            pytest.skip(f"there is no {BINARY}: apt-get install postfix")
        if os.geteuid() != 0:
            pytest.skip("only root may start a Postfix")
        self.port, self.lmtp_port = free_port(), lmtp_port
        self.folder = Path(mkdtemp(prefix="postfix-"))
        self.folder.chmod(0o755)  # its processes run as `postfix`, and write their log here
        for name in ("config", "queue", "data"):
            (self.folder / name).mkdir()
        shutil.chown(self.folder / "data", "postfix")
        self.config = self.folder / "config"
        (self.config / "main.cf").write_text(_MAIN.format(folder=self.folder, port=lmtp_port))
        (self.config / "master.cf").write_text(_MASTER.format(listen=self.port))

    @property
    def log(self) -> str:
        """What it logged so far."""
        path = self.folder / "log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def start(self) -> None:
        """Start; returns when it takes mail."""
        self._run("start")
        self.until(lambda log: "daemon started" in log)

    def remove(self) -> None:
        """Stop it, and leave nothing behind."""
        self._run("stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def until(self, said: Callable[[str], bool]) -> str:
        """Wait until its log says something, and give the log."""
        until = time.monotonic() + WAIT_S
        while not said(log := self.log):
            assert time.monotonic() < until, log
            time.sleep(0.05)
        return log

    def _run(self, what: str) -> None:
        found = subprocess.run(
            [str(BINARY), "-c", str(self.config), what],
            capture_output=True,
            text=True,
            timeout=WAIT_S,
            check=False,
        )
        assert found.returncode == 0, found.stderr + self.log
