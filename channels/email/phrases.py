"""Phrases by which mail programs of many languages introduce quotations, forwards and signatures."""

# ruff: noqa: RUF001 - letters of other alphabets are meant

from __future__ import annotations

import re

COLONS = (":", "：")
BEHIND_VERBS = ":： \u00a0"

# the last word of "On such a day somebody wrote:"
VERBS = (
    "wrote", "writes", "schrieb", "a écrit", "escribió", "escreveu", "ha scritto", "napisał", "napisał(a)",
    "napisała", "pisze", "pisał", "skrev", "schreef", "geschreven", "написал", "написала", "написал(а)",
    "писал", "писал(а)", "пишет", "написав", "kirjoitti", "yazdı", "şunu yazdı", "írta", "napsal",
    "napsal(a)", "a scris", "写道", "寫道", "のメール", "έγραψε", "va escriure", "escrigué",
)  # fmt: skip

# the first word of it
STARTS = re.compile(r"\s*(?:(?:On|Am|Le|El|Em|Il|Op|Den|W dniu|Dnia|Пользователь)\b|\d{1,4}[./-]\d)")

# a line between the new and the old
RULE = re.compile(
    r"_{30,}|-{2,} ?(?:original message|originalnachricht|messaggio originale|reply message) ?-{2,}",
    re.IGNORECASE,
)
ABOVE = re.compile(
    r"\W{0,20}(?:please )?(?:type |write )?(?:your )?reply (?:above|over) this line\W{0,20}", re.IGNORECASE
)

FORWARD = re.compile(
    r"-{2,} ?(?:forwarded message|mensaje reenviado|mensagem encaminhada|message transféré|"
    r"messaggio inoltrato|weitergeleitete nachricht|doorgestuurd bericht|vidarebefordrat meddelande|"
    r"пересылаемое сообщение) ?-{2,}|"
    r"begin forwarded message:|anfang der weitergeleiteten (?:e-mail|nachricht):|"
    r"début du message réexpédié ?:|inicio del mensaje reenviado:|begin doorgestuurd bericht:|"
    r"inizio messaggio inoltrato:",
    re.IGNORECASE,
)
PASSED_ON = re.compile(
    r"\s*(?:fwd?|wg|tr|rv|enc|i|vb|doorst|пересл)\s*:", re.IGNORECASE
)  # how its subject begins

# the fields of a quoted head: the one it begins with, and its fellows
FROM = frozenset({
    "from", "von", "de", "da", "van", "от", "fra", "från", "od", "kimden", "发件人", "差出人",
})  # fmt: skip
OTHERS = frozenset({
    "to", "an", "à", "a", "para", "aan", "till", "til", "do", "kime", "кому", "收件人", "宛先",
    "sent", "date", "gesendet", "envoyé", "enviado", "enviado el", "inviato", "verzonden", "datum", "data",
    "fecha", "skickat", "sendt", "wysłano", "дата", "отправлено", "发送时间", "送信日時",
    "subject", "betreff", "objet", "asunto", "assunto", "oggetto", "onderwerp", "ämne", "emne", "temat",
    "тема", "主题", "件名", "cc", "kopie", "reply-to", "importance",
})  # fmt: skip

# what a telephone writes below
DEVICE = re.compile(
    r"(?:sent (?:from|via|with|using) |get outlook for |gesendet (?:von|mit|über) |von meinem \S+ gesendet|"
    r"diese nachricht wurde von meinem |envoyé (?:de|depuis|à partir de) |enviado (?:desde|do|de|a partir) |"
    r"inviato da|verzonden (?:vanaf|met) |verstuurd vanaf |отправлено (?:с|из) |wysłane (?:z|za) |"
    r"skickat från |sendt fra |lähetetty |odesláno z|iphone'?umdan gönderildi|iphoneから送信|发自我的)",
    re.IGNORECASE,
)
