"""What customers of the demo want, in their words and in ours."""

from __future__ import annotations

from msgspec import Struct


class Matter(Struct, frozen=True):
    """One sort of trouble. ``{issue}`` stands for its case, in the first words and in the reminder."""

    topic: str
    prefix: str
    weight: int
    opening: tuple[str, ...]
    again: str
    answer: str
    unsolved: str
    thanks: str = "Great, thank you!"


MATTERS = (
    Matter(
        "delivery", "order", 34,
        ("Where is my order {issue}?", "My parcel {issue} should have been here on Monday.",
         "Tracking of {issue} has not moved for three days."),
        "I asked before: is there any news about {issue}?",
        "It left the warehouse yesterday, so it is with you tomorrow.",
        "The carrier has lost its track. I have asked them to search, and we write again.",
    ),
    Matter(
        "invoice", "invoice", 18,
        ("{issue} charges me twice.", "Why is there a fee on {issue}?",
         "I need {issue} with our VAT number."),
        "Nothing has happened about {issue} yet.",
        "You are right, I have corrected it. The new one is in your mailbox.",
        "Our accountants have to look at this. You hear from us.",
    ),
    Matter(
        "returns", "return", 16,
        ("How do I send {issue} back?", "The label of {issue} does not print.",
         "My money for {issue} is still missing."),
        "Still waiting because of {issue}.",
        "A fresh label is on its way to you. The money follows within two days.",
        "The parcel has not been scanned yet. I keep an eye on it.",
    ),
    Matter(
        "account", "case", 14,
        ("I cannot sign in, my case is {issue}.", "The code never arrives. My case is {issue}."),
        "I am still locked out, {issue}.",
        "I have reset your account. Please try once more.",
        "Our engineers are on it. I come back to you.",
    ),
    Matter(
        "product", "case", 12,
        ("Does the blue one fit the old frame? {issue}", "Which size do I need? You called it {issue}."),
        "You wanted to tell me something about {issue}.",
        "Yes, it fits. The manual has a drawing on page four.",
        "I have asked the maker. It may take a day.",
    ),
)  # fmt: skip

GERMAN = Matter(
    "delivery", "order", 0,
    ("Wo bleibt meine Bestellung {issue}?", "Meine Lieferung {issue} ist nicht angekommen."),
    "Gibt es etwas Neues zu {issue}?",
    "Sie ist gestern verschickt worden und morgen bei Ihnen.",
    "Der Paketdienst sucht noch. Wir melden uns.",
    "Prima, danke!",
)  # fmt: skip
