"""Scales: the number of an answer, written as a digit or in words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

#: words of five-point scales, from 1 to 5, in several languages
WORDS: Mapping[str, Sequence[str]] = {
    "extent": (
        "not at all|slightly|moderately|very much|extremely",
        "überhaupt nicht|etwas|mäßig|sehr|äußerst",
        "pas du tout|un peu|modérément|beaucoup|extrêmement",
        "en absoluto|un poco|moderadamente|mucho|extremadamente",
        "de modo nenhum|um pouco|moderadamente|muito|extremamente",
    ),
    "amount": (
        "none at all|a little|a moderate amount|a lot|a great deal",
        "gar nicht|ein wenig|mittelmäßig|viel|sehr viel",
        "pas du tout|un peu|modérément|beaucoup|énormément",
        "nada|un poco|una cantidad moderada|mucho|muchísimo",
        "nada|um pouco|uma quantidade moderada|muito|muitíssimo",
    ),
    "degree": (
        "not at all|a little|a moderate amount|a lot|a great deal",
        "überhaupt nicht|ein wenig|mittelmäßig|viel|sehr viel",
        "pas du tout|un peu|modérément|beaucoup|énormément",
        "en absoluto|un poco|una cantidad moderada|mucho|muchísimo",
        "de modo nenhum|um pouco|uma quantidade moderada|muito|muitíssimo",
    ),
    "frequency": (
        "never|rarely|sometimes|often|always",
        "nie|selten|manchmal|oft|immer",
        "jamais|rarement|parfois|souvent|toujours",
        "nunca|raramente|a veces|a menudo|siempre",
        "nunca|raramente|às vezes|frequentemente|sempre",
    ),
    "agreement": (
        "strongly disagree|disagree|neither agree nor disagree|agree|strongly agree",
        "strongly disagree|somewhat disagree|neutral|somewhat agree|strongly agree",
        "stimme überhaupt nicht zu|stimme nicht zu|teils teils|stimme zu|stimme voll zu",
        "pas du tout d'accord|pas d'accord|ni d'accord ni pas d'accord|d'accord|"
        "tout à fait d'accord",
        "totalmente en desacuerdo|en desacuerdo|ni de acuerdo ni en desacuerdo|de acuerdo|"
        "totalmente de acuerdo",
        "discordo totalmente|discordo|nem concordo nem discordo|concordo|concordo totalmente",
    ),
}
#: answers that have no value
NO_ANSWER = frozenset(
    [
        "",
        "-",
        "–",
        "n/a",
        "na",
        "prefer not to say",
        "prefer not to answer",
        "rather not say",
        "i'd rather not say",
        "i prefer not to say",
        "don't know",
        "i don't know",
        "not applicable",
        "keine angabe",
        "weiß nicht",
        "je préfère ne pas répondre",
        "ne sait pas",
        "prefiero no responder",
        "no sé",
        "prefiro não responder",
        "não sei",
    ]
)
NUMBER = re.compile(r"[+-]?\d{1,4}(?:[.,]0+)?")
LABELLED = re.compile(
    r"(?P<first>\d{1,2})\s*(?:[-–—:.=)]\s*(?P<after>\D.*)|\((?P<inner>\D.*)\))"
    r"|(?P<before>\D.*)\((?P<last>\d{1,2})\)"
)
#: a number with the end of its scale
OF_MOST = re.compile(r"(\d{1,2})\s*(?:/|out of)\s*(\d{1,2})")
#: Excel reads a choice such as 1-5 as a day, and writes 01-May
MONTH = re.compile(r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*")


def plain(text: str) -> str:
    """Return a text as it is compared: one line in lower case, without tags and end marks."""
    text = unicodedata.normalize("NFKC", re.sub(r"<[^<>]*>", " ", text)).casefold()
    text = re.sub("[\u201c-\u201e]", '"', re.sub("[\u2018\u2019]", "'", text))
    return " ".join(text.split()).rstrip(" ?.:*!").strip('"')


@dataclass(frozen=True)
class Scale:
    """Whole numbers from ``least`` to ``most``, and the words for them."""

    name: str
    least: int
    most: int
    words: Mapping[str, int] = field(hash=False)

    def value(self, text: str) -> int | None:
        """Return the number of an answer, None without one; raises ValueError for other texts."""
        word = plain(text)
        if word in self.words:
            return self.words[word]
        if word in NO_ANSWER:
            return None
        label = LABELLED.fullmatch(word)
        if label:  # the words decide: a form can number its answers from either end
            words = plain(label["after"] or label["inner"] or label["before"])
            if words in self.words:
                return self.words[words]
            if MONTH.fullmatch(words):
                raise ValueError("is a date; format the column as text and export it again")
        number = (label["first"] or label["last"]) if label else word
        if (part := OF_MOST.fullmatch(word)) and int(part[2]) == self.most:
            number = part[1]
        if not NUMBER.fullmatch(number):
            raise ValueError(f"is not on the scale {self.name}")
        value = int(re.split("[.,]", number)[0])
        if not self.least <= value <= self.most:
            raise ValueError(f"is outside the scale from {self.least} to {self.most}")
        return value


def five_points(kind: str) -> Scale:
    """Return a scale from 1 to 5 with the words of a kind in all languages."""
    words = {
        plain(word): number
        for row in WORDS[kind]
        for number, word in enumerate(row.split("|"), start=1)
    }
    return Scale("1-5", 1, 5, words)


SCALES: Mapping[str, Scale] = {kind: five_points(kind) for kind in WORDS}
