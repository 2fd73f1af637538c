"""How to reach an Asterisk's REST interface: the settings of an account, and the addresses."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Annotated, Self
from urllib.parse import quote

from msgspec import Meta, Struct

from channels import login
from router.ports import Account

_Text = Annotated[str, Meta(min_length=1, max_length=1024)]


class AriLogin(Struct, frozen=True, kw_only=True):
    """Where and as whom. ``ari_app`` is the name under which we listen: nobody else's, and in no dialplan."""

    ari_url: Annotated[str, Meta(max_length=1024, pattern=r"^https?://[!-~]+$(?!\n)")]
    ari_user: Annotated[str, Meta(min_length=1, max_length=1024, pattern=r"^[^:]*$")]
    ari_password: _Text
    ari_app: _Text = "router"

    @classmethod
    def of(cls, account: Account) -> Self:
        """Read the settings of an account; ConfigInvalid names the one that is wrong."""
        given = {name: value for name, value in account.settings.items() if name in cls.__struct_fields__}
        return login.read(cls, given, account)

    @property
    def headers(self) -> Mapping[str, str]:
        """The log-in. It is brought by header, since addresses are written into logs."""
        pair = f"{self.ari_user}:{self.ari_password}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}

    @property
    def events(self) -> str:
        """The address of the WebSocket, for the events of all channels there are."""
        return (
            f"ws{self._base.removeprefix('http')}/events?app={quote(self.ari_app, safe='')}&subscribeAll=true"
        )

    def list(self, name: str) -> str:
        """Give the address of a list: ``channels``, ``bridges``."""
        return f"{self._base}/{name}"

    @property
    def _base(self) -> str:
        """The address of the interface, whether or not the setting names its path."""
        return self.ari_url.rstrip("/").removesuffix("/ari") + "/ari"
