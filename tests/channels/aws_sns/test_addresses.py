"""Whatever stands where an address belongs, nobody is ever sent anywhere but to a host of SNS."""

from __future__ import annotations

import re

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st
from yarl import URL

from channels.amazon_connect import AmazonConnect
from channels.email.aws_sns import AwsSns
from router.ports import Account, Request

TOPIC = "arn:aws:sns:eu-west-1:111122223333:mail"
OURS = Account("email", "aws_sns", "main", settings={"topics": [TOPIC]})
HOST = re.compile(r"sns\.[a-z0-9-]{3,}\.amazonaws\.com(\.cn)?", re.ASCII)

_hosts = st.sampled_from([
    "sns.eu-west-1.amazonaws.com", "sns.cn-north-1.amazonaws.com.cn", "evil.example", "127.0.0.1", "[::1]",
    "169.254.169.254", "sns.amazonaws.com", "xsns.eu-west-1.amazonaws.com", "localhost", "s3.amazonaws.com",
    "sns.eu-west-1.amazonaws.com.evil.example", "sns.evil.example",
    "\uff53\uff4e\uff53.eu-west-1.amazonaws.com",
    "sns.eu-west-1.amazonaws\u3002com", "sns.eu-west-1.amazonaws.com.", "SNS.eu-west-1.amazonaws.com",
    "sns.eu.west.1.amazonaws.com", "sns.ñandú-1.amazonaws.com", "sns.xn--and-6ma2c.amazonaws.com", "",
])  # fmt: skip
_joints = st.sampled_from([
    "@", ":", "/", "\\", "?", "#", "%40", "%2f", "%00", "\t", "\n", "\r\n", " ", "\u200b", "//", "..", ":443",
    ":8443", "evil:x@", ".evil.example", "/x.pem", "/?Action=ConfirmSubscription&", "&", "\ufeff", "\uff05",
])  # fmt: skip
_parts = st.one_of(_hosts, _joints, st.text(st.characters(exclude_categories=["Cs"]), max_size=6))
_schemes = st.sampled_from(
    ["https://", "http://", "HTTPS://", "https:/", "https:", "//", "ftp://", "file://", ""]
)
_ends = st.sampled_from(["", "/x.pem", "/a/b.pem", "/?Action=ConfirmSubscription&Token=1", "/x.pem?", ".pem"])
_urls = st.builds(
    lambda scheme, parts, end: scheme + "".join(parts) + end, _schemes, st.lists(_parts, max_size=6), _ends
)


def at_sns(url: str) -> bool:
    """Tell whether a client goes to SNS for an address, over TLS, on its port."""
    found = URL(url, encoded=True)
    plain = (found.scheme, found.port, found.user, found.password) == ("https", 443, None, None)
    bounded = len(url) < 3_000 and url.isascii() and url.isprintable()
    return plain and bounded and HOST.fullmatch(found.host or "") is not None


@settings(max_examples=500, deadline=None)
@given(url=_urls, name=st.sampled_from(["SigningCertURL", "SigningCertUrl"]))
@example(url="https://sns.eu-west-1.amazonaws.com/x.pem", name="SigningCertURL")
@example(url="https://sns.eu-west-1.amazonaws.com:443@evil.example/x.pem", name="SigningCertURL")
@example(url="https://sns.eu-west-1.amazonaws.com/é.pem", name="SigningCertURL")
@example(url=f"https://sns.eu-west-1.amazonaws.com/{'x' * 100_000}.pem", name="SigningCertURL")
def test_a_certificate_is_asked_of_sns_or_of_nobody(url: str, name: str) -> None:
    """By both adapters, however it is spelled."""
    told = {"Type": "Notification", "TopicArn": TOPIC, "Message": "m", "MessageId": "1", name: url}
    request = Request("POST", "/", {}, msgspec.json.encode(told))
    for adapter in (AwsSns(), AmazonConnect()):
        asked = adapter.needs(request, OURS)
        assert asked is None or (asked == url and at_sns(asked))


@settings(max_examples=500, deadline=None)
@given(url=_urls)
@example(url="https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=1")
@example(url="https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&\r\nHost: evil.example")
@example(url=f"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&{'x' * 100_000}")
def test_a_subscription_is_confirmed_at_sns_or_nowhere(url: str) -> None:
    """By both adapters."""
    told = {"Type": "SubscriptionConfirmation", "TopicArn": TOPIC, "MessageId": "1", "SubscribeURL": url}
    request = Request("POST", "/", {}, msgspec.json.encode(told))
    for adapter in (AwsSns(), AmazonConnect()):
        visited = adapter.confirmation(request, OURS)
        assert visited is None or (visited == url and at_sns(visited))


def test_the_examples_reach_both_ends() -> None:
    """There are addresses among them that are asked for, and some that look like them."""
    good = "https://sns.eu-west-1.amazonaws.com/x.pem"
    assert at_sns(good)
    for bad in (good.replace("https", "http"), good.replace(".com", ".com:8443"), good.replace("//", "//a@")):
        assert not at_sns(bad)
