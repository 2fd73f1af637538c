"""A real IMAP server for tests: Debian's Dovecot, with a configuration and mail of its own.

It runs as whoever runs the tests; as ``nobody`` where that is root, whom it would not let read mail.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import uuid4

import pytest
from servers import free_port

BINARY = Path("/usr/sbin/dovecot")
PASSWORD = 's3cret, with ü and "quotes"'
START_S = 20

_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
disable_plaintext_auth = no
auth_mechanisms = {mechanisms}
auth_failure_delay = 0
ssl = {ssl}
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
passdb {{
  driver = passwd-file
  args = {folder}/users/%u
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = {ssl}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""


class Dovecot:
    """Serves mailboxes on ``port``, and by TLS on ``tls_port`` where it got a certificate and its key.

    ``mechanisms`` are the ways to log in.
    """

    def __init__(
        self, *, mechanisms: str = "plain login", certificate: tuple[Path, Path] | None = None
    ) -> None:
        if not BINARY.exists():
            pytest.skip(f"there is no {BINARY}: apt-get install dovecot-imapd")
        self.port, self.tls_port = free_port(), free_port()
        # Not below pytest's folders: those are closed to everybody but their owner.
        self.folder = Path(mkdtemp(prefix="dovecot-"))
        self._owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        for name in ("run", "state", "mail", "users"):
            (self.folder / name).mkdir()
        config = _CONFIG.format(
            folder=self.folder, user=self._owner.pw_name, group=grp.getgrgid(self._owner.pw_gid).gr_name,
            port=self.port, tls_port=self.tls_port, mechanisms=mechanisms, ssl="yes" if certificate else "no",
        )  # fmt: skip
        for path, name in zip(certificate or (), ("cert", "key"), strict=False):
            shutil.copy(path, self.folder / name)
            config += f"ssl_{name} = <{self.folder}/{name}\n"
        (self.folder / "dovecot.conf").write_text(config)
        self.own(self.folder)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        """What it logged so far."""
        path = self.folder / "log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def start(self) -> None:
        """Start; returns when it takes connections."""
        starts = self.log.count("starting up")
        who: dict[str, Any] = {}
        if os.geteuid() == 0:
            who = {"user": self._owner.pw_uid, "group": self._owner.pw_gid, "extra_groups": []}
        command = [str(BINARY), "-F", "-c", str(self.folder / "dovecot.conf")]
        self._process = subprocess.Popen(command, **who)
        until = time.monotonic() + START_S
        while self.log.count("starting up") == starts:
            assert self._process.poll() is None, self.log
            assert time.monotonic() < until, self.log
            os.sched_yield()

    def stop(self) -> None:
        """Stop it, and everybody's session with it."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(START_S)
            self._process = None

    def remove(self) -> None:
        """Stop, and leave nothing behind."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def let_in(self, user: str, password: str) -> None:
        """Let a user in with this password from now on, and with no other."""
        path = self.folder / "users" / user
        path.write_text(f"{user}:{{PLAIN}}{password}\n")
        self.own(path)

    def mailbox(self) -> Mailbox:
        """Give an empty mailbox that only this test uses."""
        user = f"help-{uuid4().hex[:8]}@shop.example"
        self.let_in(user, PASSWORD)
        return Mailbox(self, user)

    def own(self, *roots: Path) -> None:
        """Give files to whom it runs as."""
        if os.geteuid() == 0:
            for path in (path for root in roots for path in (root, *root.rglob("*"))):
                os.chown(path, self._owner.pw_uid, self._owner.pw_gid)


class Mailbox:
    """The mailbox of one user: a maildir."""

    def __init__(self, server: Dovecot, user: str) -> None:
        self.server, self.user = server, user
        self._folder = server.folder / "mail" / user
        self._count = 0
        for name in ("cur", "new", "tmp"):
            (self._folder / name).mkdir(parents=True)
        server.own(self._folder)

    @property
    def settings(self) -> dict[str, object]:
        """How an account reaches it."""
        return {
            "imap_host": "127.0.0.1", "imap_port": self.server.port, "imap_security": "none",
            "imap_user": self.user, "imap_password": PASSWORD, "imap_from": "all", "imap_poll_s": 1,
        }  # fmt: skip

    def deliver(self, *mails: bytes, arrived_s: float | None = None, folder: str = "") -> None:
        """Put mails in as a mail server does: written beside, then renamed. All arrive at the same time."""
        for mail in mails:
            self._count += 1
            name = f"{int(time.time())}.M{self._count:06}P{os.getpid()}.test"
            beside = self._folder / "tmp" / name
            beside.write_bytes(mail)
            self.server.own(beside)
            if arrived_s is not None:
                os.utime(beside, (arrived_s, arrived_s))
            beside.rename(self._folder / folder / "new" / name)

    def create(self, folder: str) -> None:
        """Make a folder; ``folder`` as it is called on the disk."""
        for name in ("cur", "new", "tmp"):
            (self._folder / folder / name).mkdir(parents=True)
        (self._folder / folder / "maildirfolder").touch()
        self.server.own(self._folder / folder)

    def number_anew(self) -> None:
        """Forget the numbers of all mails, as a move to another server does. Nobody may be in it."""
        for path in (self._folder / "dovecot-uidlist", *self._folder.glob("dovecot.index*")):
            path.unlink()

    def spoil(self, name: str) -> None:
        """Make a mail one that the server cannot read."""
        self._named(name).chmod(0)

    def mend(self, name: str) -> None:
        """Let the server read a mail again."""
        self._named(name).chmod(0o600)

    def _named(self, name: str) -> Path:
        """Find a mail under the name it was delivered with: the server adds to it, and moves it."""
        [path] = [path for path in self.files() if path.name.startswith(name.partition(":")[0])]
        return path

    def files(self) -> list[Path]:
        """Give the file of each mail in the order of arrival; a name ends in the flags that were set."""
        return sorted((*self._folder.glob("new/*"), *self._folder.glob("cur/*")), key=lambda path: path.name)
