"""Every adapter, one line each: the only place that names them.

The key is the path of its hook, ``/v1/hooks/{channel}/{provider}/{account}``. A provider whose adapter
reads several channels stands here once for each, with the same adapter; as the first of them a capture is
read that does not name its hook.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import get_args

from channels.amazon_connect import AmazonConnect
from channels.chat.intercom import Intercom
from channels.chat.matrix import Matrix
from channels.chat.slack import Slack
from channels.chat.slack_send import SlackSender
from channels.chat.teams import Teams
from channels.chat.twilio_conversations import TwilioConversations
from channels.chat.web import WebChat
from channels.cloudevents import CloudEvents
from channels.email.aws_sns import AwsSns
from channels.email.imap import ImapListener
from channels.email.mailgun import Mailgun
from channels.email.postmark import Postmark
from channels.email.raw import RawMail
from channels.email.sendgrid import SendGrid
from channels.email.smtp_send import SmtpSender
from channels.sms.messagebird import MessageBird
from channels.sms.sinch import Sinch
from channels.sms.smpp import Smpp
from channels.sms.twilio_send import TwilioSender
from channels.sms.vonage import Vonage
from channels.social.line import Line
from channels.social.line_send import LineSender
from channels.social.mastodon import Mastodon
from channels.social.meta import Meta
from channels.social.meta_send import MetaSender
from channels.social.telegram import Telegram
from channels.social.telegram_send import TelegramSender
from channels.social.x import X
from channels.standardwebhooks import StandardWebhooks
from channels.twilio import Twilio
from channels.voice.asterisk import Asterisk
from channels.voice.asterisk_live import AsteriskLive
from router.errors import NotFound
from router.model.event import Channel as Name
from router.ports import Account, Channel, Checks, Listener, Outside, Sender

_bird = MessageBird()
_connect = AmazonConnect()
_conversations = TwilioConversations()
_intercom = Intercom()
_sinch = Sinch()
_twilio = Twilio()
_vonage = Vonage()
_web = WebChat()

ADAPTERS: dict[tuple[str, str], Channel] = {
    ("chat", "intercom"): _intercom,
    ("chat", "matrix"): Matrix(),
    ("chat", "slack"): Slack(),
    ("chat", "teams"): Teams(),
    ("chat", "twilio_conversations"): _conversations,
    ("chat", "web"): _web,
    ("email", "aws_sns"): AwsSns(),
    ("email", "email_raw"): RawMail(),
    ("email", "intercom"): _intercom,
    ("email", "mailgun"): Mailgun(),
    ("email", "postmark"): Postmark(),
    ("email", "sendgrid"): SendGrid(),
    ("sms", "messagebird"): _bird,
    ("sms", "sinch"): _sinch,
    ("sms", "smpp"): Smpp(),
    ("sms", "twilio"): _twilio,
    ("sms", "twilio_conversations"): _conversations,
    ("sms", "vonage"): _vonage,
    ("social", "line"): Line(),
    ("social", "mastodon"): Mastodon(),
    ("social", "messagebird"): _bird,
    ("social", "meta"): Meta(),
    ("social", "sinch"): _sinch,
    ("social", "telegram"): Telegram(),
    ("social", "twilio"): _twilio,
    ("social", "twilio_conversations"): _conversations,
    ("social", "vonage"): _vonage,
    ("social", "x"): X(),
    ("voice", "amazon_connect"): _connect,
    ("voice", "asterisk"): Asterisk(),
    ("voice", "twilio"): _twilio,
    ("chat", "amazon_connect"): _connect,
    ("chat", "sinch"): _sinch,
    **{(channel, "cloudevents"): CloudEvents() for channel in get_args(Name)},
    **{(channel, "standardwebhooks"): StandardWebhooks() for channel in get_args(Name)},
}

CHAT_DOOR = _web
"""Whom the WebSocket of web chat lets in, and what their words become."""

LISTENERS: dict[tuple[str, str], Callable[[Account, Outside], Listener | None]] = {
    ("email", "email_raw"): ImapListener.of,
    ("voice", "asterisk"): AsteriskLive.of,
}
"""What listens by itself, one line each: makes the listener of an account when the service starts.

None where the account names nothing to connect to. ConfigInvalid for a wrong setting; that the other end is
away is none: a listener starts all the same, and goes on trying.
"""

SENDERS: dict[tuple[str, str], Sender] = {
    ("chat", "slack"): SlackSender(),
    ("email", "aws_sns"): SmtpSender(),
    ("email", "email_raw"): SmtpSender(),
    ("email", "mailgun"): SmtpSender(),
    ("email", "postmark"): SmtpSender(),
    ("email", "sendgrid"): SmtpSender(),
    ("sms", "twilio"): TwilioSender(),
    ("social", "line"): LineSender(),
    ("social", "meta"): MetaSender(),
    ("social", "telegram"): TelegramSender(),
    ("social", "twilio"): TwilioSender(),
}
"""What can send, one line each, by the channel and provider of its accounts."""

PROVIDERS: Mapping[str, tuple[str, Channel]] = {
    provider: (channel, adapter) for (channel, provider), adapter in reversed(ADAPTERS.items())
}
"""The adapter of each provider by name, with the first channel it stands under."""


def find(provider: str) -> tuple[str, Channel]:
    """Give a provider's channel and adapter; NotFound names those there are."""
    try:
        return PROVIDERS[provider]
    except KeyError:
        known = ", ".join(sorted(PROVIDERS))
        raise NotFound(f"there is no adapter for {provider!r}; there are {known}") from None


def check(accounts: Iterable[Account]) -> None:
    """See that the adapters can work with their accounts' settings; ConfigInvalid names one that is wrong."""
    for account in accounts:
        key = (account.channel, account.provider)
        parts: tuple[object, ...] = (ADAPTERS.get(key), SENDERS.get(key))
        for part in parts:
            if isinstance(part, Checks):
                part.check(account)
