"""Which interface of its Asterisk an account is heard by, and what its settings may be."""

from __future__ import annotations

import re
from typing import Any

import pytest
from asterisk_rest import PASSWORD, account

from channels import registry
from channels.voice.asterisk_ari_live import AriListener
from channels.voice.asterisk_live import AsteriskLive
from router.errors import ConfigInvalid
from router.outside import Internet


async def test_one_interface_or_the_other() -> None:
    """By the setting that an account has; both would tell of every call twice."""
    internet = Internet()
    assert isinstance(AsteriskLive.of(account(8088), internet), AriListener)
    with pytest.raises(ConfigInvalid, match="choose one"):
        AsteriskLive.of(account(8088, host="pbx.example", username="router"), internet)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ari_url": "pbx.example:8088"}, {"ari_url": "ftp://a"}, {"ari_url": "http://a b"}, {"ari_url": 7},
        {"ari_url": "http://a\n"}, {"ari_user": ""}, {"ari_user": "a:b"}, {"ari_user": None},
        {"ari_password": ""}, {"ari_password": None}, {"ari_app": ""}, {"ari_app": ["a"]},
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_setting_is_refused_at_the_start(wrong: dict[str, Any]) -> None:
    """The error names the account and the setting, and no password; who only checks hears the same."""
    with pytest.raises(ConfigInvalid) as refusal:
        AsteriskLive.of(account(8088, **wrong), Internet())
    with pytest.raises(ConfigInvalid, match=re.escape(refusal.value.detail)):
        registry.check([account(8088, **wrong)])
    assert "channels.voice.asterisk.main" in refusal.value.detail
    assert next(iter(wrong)) in refusal.value.detail
    assert PASSWORD not in refusal.value.detail
