"""Which interface of its Asterisk an account is heard by."""

from __future__ import annotations

from channels.voice.asterisk_ami import AmiListener
from channels.voice.asterisk_ari_live import AriListener
from channels.voice.asterisk_ari_login import AriLogin
from channels.voice.asterisk_login import Login
from router.errors import ConfigInvalid
from router.ports import Account, Listener, Outside, Setting


class AsteriskLive:
    """Makes the listeners of accounts, of either interface."""

    settings = (
        Setting("host", "where the manager interface (AMI) listens", required=True, unless="ari_url"),
        Setting("port", "its port; 5038, with `tls` 5039"),
        Setting("username", "user of manager.conf; `secret` is the password"),
        Setting("tls", "true: speak TLS with it"),
        Setting("tls_ca", "file with the certificate to trust"),
        Setting("events", "classes of events to ask for; `call,agent,cdr`"),
        Setting("filter", "POSIX expression an event must match"),
        Setting("ari_url", "where the REST interface (ARI) is, `http://127.0.0.1:8088`; not with `host`"),
        Setting("ari_user", "user of ari.conf"),
        Setting("ari_password", "the password of `ari_user`"),
        Setting("ari_app", "name to listen under, nobody else's and in no dialplan; `router`"),
    )

    @classmethod
    def of(cls, account: Account, outside: Outside) -> Listener | None:
        """Make the listener of an account; None where it names neither interface: events come to its hook.

        ConfigInvalid where it names both, for a call would be told of twice, or for a wrong setting.
        """
        match login_of(account):
            case AriLogin():
                return AriListener(account, outside)
            case Login():
                return AmiListener(account)
        return None


def login_of(account: Account) -> Login | AriLogin | None:
    """Give how to reach the interface that an account names, None: it names neither. ConfigInvalid."""
    if "ari_url" not in account.settings:
        return Login.of(account) if "host" in account.settings else None
    if "host" in account.settings:
        raise ConfigInvalid(
            f"{account.place}: `host` (AMI) or `ari_url` (ARI), not both; choose one", field=account.place
        )
    return AriLogin.of(account)
