"""Which of two names is the subject of a phrase: by the order of the three and the words around.

A predicate stands between (`A treats B`) or is asked back (`B is what A treats`); a noun is had by
its subject (`the capital of A is B`, `B is the capital of A`, `A has B as its capital`).
"""

from typing import Literal

from stepsmith.transforms.linking.mentions import Line, Said
from stepsmith.transforms.linking.phrases import Reading
from stepsmith.transforms.linking.sentences import Unit
from stepsmith.transforms.linking.words import (
    COPULAS,
    DETERMINERS,
    HAVING,
    OF,
    QUESTIONS,
    VIA,
)

_SAYING = HAVING | COPULAS | VIA | {"as"}
Subject = Literal["first", "second"]


def subject_of(line: Line, said: Said, one: Unit, two: Unit, reading: Reading) -> Subject | None:
    """Say which of two units is the phrase's subject; nothing where no rule says so.

    `one` stands before `two`; the phrase may stand before, between or after them. A predicate with
    a `by` behind it is the passive of a form that is not known.
    """
    if reading.kind == "predicate" and _word(line, said.last) == "by":
        return None
    if said.last <= one.first:
        return _phrase_first(line, said, one, two, reading)
    if said.first >= two.last:
        return _phrase_last(line, said, one, two, reading)
    return _phrase_between(line, said, one, two, reading)


def _phrase_first(line: Line, said: Said, one: Unit, two: Unit, reading: Reading) -> Subject | None:
    before = _word(line, said.first - 1) if said.first else ""
    if _before(line, one.first) == "from" or _before(line, two.first) == "to":
        return "first"
    if line.between(one.first).strip().startswith("(") and one.first == said.last:
        return "first"
    if reading.kind == "noun":
        backwards = _before(line, two.first) in OF and _before(line, one.first) not in OF
        return "second" if backwards else "first"
    if reading.ends_in_of and before in DETERMINERS:
        return "second"  # "the capital of A is B"
    return "second" if before in QUESTIONS else None  # "what treats A is B"


def _phrase_between(line: Line, said: Said, one: Unit, two: Unit, reading: Reading) -> Subject:
    after = _word(line, said.last)
    inner = {word.text for word in line.words[one.last : said.first]}
    if _is_possessive(line, one):
        return "first"
    if after == "from" and inner & VIA:
        return "second"  # "B is reached by the capital from A"
    if reading.kind == "predicate":
        return "first"
    if _is_had(line, said.last) and not inner & HAVING:
        return "second"  # "B is the capital of A"
    if _is_possessive(line, two) or (inner & COPULAS and _word(line, two.last) in HAVING):
        return "second"  # "B is the capital that A has"
    return "first"


def _phrase_last(line: Line, said: Said, one: Unit, two: Unit, reading: Reading) -> Subject | None:
    if _is_had(line, said.last):
        return None  # by something further on
    if _is_possessive(line, two) or _before(line, two.first) == "from":
        return "second"  # "B is A's capital"
    if reading.kind == "noun":
        inner = {word.text for word in line.words[one.last : said.first]}
        return "first" if inner & _SAYING else None  # "A has B as its capital"
    before = {word.text for word in line.words[max(0, two.first - 2) : two.first]}
    return "second" if before & QUESTIONS else None  # "B is what A treats"


def _word(line: Line, at: int) -> str:
    return line.words[at].text if at < len(line.words) else ""


def _is_had(line: Line, at: int) -> bool:
    """Say whether an `of` follows, in the same clause."""
    return _word(line, at) in OF and not set(":;(,") & set(line.between(at))


def _before(line: Line, at: int) -> str:
    """Return the word before word `at`, past its articles."""
    while at > 0 and line.words[at - 1].text in DETERMINERS:
        at -= 1
    return line.words[at - 1].text if at > 0 else ""


def _is_possessive(line: Line, unit: Unit) -> bool:
    return _word(line, unit.last) == "s" and line.between(unit.last).strip() in {"'", "\u2019"}
