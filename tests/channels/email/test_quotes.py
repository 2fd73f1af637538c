"""Cutting quotations: what mail programs put around an answer, and what they must not take along."""

# ruff: noqa: RUF001 - letters of other alphabets are meant

from __future__ import annotations

import pytest

from channels.email.quotes import cut_quotes

NEW = "Hello"
QUOTED = "\n> Hi\n> there\n"

INTRODUCED = {
    "apple": "\nOn 2 Apr 2026, at 18:26, Shop <help@shop.example> wrote:\n",
    "gmail": "\nOn Mon, Apr 2, 2026 at 6:26 PM Shop <help@shop.example> wrote:\n",
    "gmail, wrapped": "\nOn Mon, Apr 2, 2026 at 6:26 PM Shop\n<help@shop.example> wrote:\n",
    "gmail of old": "\n2026/4/2 <help@shop.example>\n",
    "german": "\nAm 02.04.2026 um 18:26 schrieb Shop:\n",
    "french": "\nLe jeu. 2 avr. 2026 à 18:26, Shop <help@shop.example> a écrit :\n",
    "spanish": "\nEl 02/04/2026, a las 18:26, Shop escribió:\n",
    "portuguese": "\nEm 2 de abr de 2026, às 18:26, Shop escreveu:\n",
    "italian": "\nIl giorno 2 apr 2026, alle ore 18:26, Shop ha scritto:\n",
    "polish": "\nW dniu 2026-04-02 o 18:26, Shop pisze:\n",
    "russian": "\n2 апреля 2026 г., 18:26 пользователь Shop <help@shop.example> написал:\n",
    "day, time and address": '\n02.04.2026, 18:26, "Shop" <help@shop.example>:\n',
    "chinese": "\nShop <help@shop.example> 于2026年4月2日写道：\n",
    "none": "\n",
}

CUT_TO_THE_END = {
    "outlook": "\nFrom: Shop <help@shop.example>\nSent: Thursday, April 2, 2026\nTo: Ada\nSubject: Hi\n\nHi",
    "outlook, german": "\nVon: Shop\nGesendet: Donnerstag, 2. April 2026\nAn: Ada\nBetreff: Hi\n\nHi",
    "outlook, bold": "\n*From:* Shop\n*Sent:* Thursday\n*To:* Ada\n\nHi",
    "outlook, rule": "\n________________________________\nFrom: Shop\nHi",
    "outlook of old": "\n-----Original Message-----\nFrom: Shop\n\nHi",
    "yahoo": "\n----- Original Message -----\nFrom: Shop\nHi",
    "without marks": "\nOn Thursday 2 April 2026 Shop wrote:\n\nHi\nthere",
    "reply above": "\n##- Please type your reply above this line -##\n\nHi",
    "swedish": "\nDen 2 april 2026 18:26 skrev Shop <help@shop.example>:\n\nHi",
}

DEVICES = [
    "Sent from my iPhone", "Sent via the Samsung Galaxy", "Get Outlook for iOS<https://aka.ms/x>",
    "Von meinem iPhone gesendet", "Envoyé de mon iPhone", "Enviado desde mi iPhone", "Inviato da iPad",
    "Отправлено с iPhone", "发自我的iPhone",
]  # fmt: skip


@pytest.mark.parametrize("name", INTRODUCED)
def test_an_answer_above_marked_lines(name: str) -> None:
    """Only the answer is new, in whatever language the quotation is introduced."""
    assert cut_quotes(f"{NEW}\n{INTRODUCED[name]}{QUOTED}").text == NEW


@pytest.mark.parametrize("name", INTRODUCED)
def test_an_answer_below_marked_lines(name: str) -> None:
    """Who answers below is heard too."""
    assert cut_quotes(f"{INTRODUCED[name].lstrip()}{QUOTED}{NEW}\n").text == NEW


@pytest.mark.parametrize("name", CUT_TO_THE_END)
def test_an_answer_above_what_is_quoted_without_marks(name: str) -> None:
    """Everything after the introduction goes."""
    assert cut_quotes(f"{NEW}\n{CUT_TO_THE_END[name]}").text == NEW


@pytest.mark.parametrize("line", DEVICES)
def test_what_a_telephone_adds_is_no_text(line: str) -> None:
    """A last line of the device goes; the same words amid a text stay."""
    assert cut_quotes(f"{NEW}\n\n{line}\n").text == NEW
    assert cut_quotes(f"{line}\n{NEW}").text == f"{line}\n{NEW}"


def test_answers_between_quotes_are_kept_in_order() -> None:
    """Each answer is a paragraph; a wrapped end of a long quoted line is none."""
    text = f"> one?\nyes\n> two?\n\nno\n\n> {'long ' * 14}\nwrapped\n> three?\nmaybe"
    assert cut_quotes(text).text == "yes\n\nno\n\nmaybe"


def test_each_answer_loses_its_own_signature() -> None:
    """A signature ends at the next quotation, not at the end of the mail."""
    assert (
        cut_quotes("above\n-- \nBob\n\nOn 1.1.2026 A wrote:\n> q\n\nbelow\n-- \nBob").text == "above\n\nbelow"
    )


@pytest.mark.parametrize(
    "text",
    [
        "Only 2 of us wrote:\nno",
        "In short: he wrote:\nnothing",
        "From: the start\nwe were glad",
        "-- \n",
        "a -- b\n- c",
        "On Monday it broke:\nthe handle",
        "Subject: x\nBody: y",
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    """Words that only look like an introduction cut nothing but a bare signature mark."""
    assert cut_quotes(text).text == text.removesuffix("-- \n").strip()


def test_a_rule_with_much_below_is_no_signature() -> None:
    """``--`` without its blank counts only near the end."""
    text = "a\n--\n" + "\n".join(map(str, range(30)))
    assert cut_quotes(text).text == text
    assert cut_quotes("a\n--\nBob").text == "a"


def test_nothing_new_keeps_everything() -> None:
    """A mail of only a quotation is shown whole rather than empty."""
    assert cut_quotes("> only\n> this").text == "> only\n> this"
    assert cut_quotes("On 1.1.2026 A wrote:\n\nonly this").text == "On 1.1.2026 A wrote:\n\nonly this"


@pytest.mark.parametrize(
    "line",
    [
        "---------- Forwarded message ---------",
        "Begin forwarded message:",
        "-------- Weitergeleitete Nachricht --------",
    ],
)
def test_a_forward_is_told(line: str) -> None:
    """The comment is the text; without one the forwarded mail is."""
    assert (cut := cut_quotes(f"see\n\n{line}\nFrom: x\n\ny")).text == "see"
    assert cut.forwarded
    assert cut_quotes(f"{line}\nFrom: x\n\ny").text == f"{line}\nFrom: x\n\ny"


def test_lines_beyond_the_limit_stay() -> None:
    """Quotations are looked for in the first lines only, and nothing after them is lost."""
    text = "\n".join(f"line {n}" for n in range(2500))
    assert cut_quotes(text).text == text
