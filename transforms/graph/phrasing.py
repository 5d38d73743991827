"""From the name of a relation to English: its words, its phrase, and the forms of a sentence.

Names come in many spellings: `/people/person/place_of_birth`, `location_of`, `placeOfBirth`, an
IRI, or words already. Two kinds of phrase are told apart. A predicate stands between the two ends
(`aspirin treats pain`, `a wing is a part of a bird`); a noun is had by the head (`the place of
birth of Ada is London`). Nothing here is random: a form is chosen by its number.
"""

import dataclasses
import re
from collections.abc import Sequence
from functools import cache
from typing import Literal

PhraseKind = Literal["predicate", "noun"]


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Phrase:
    """The words of a relation, and how they stand to its ends.

    A predicate reads `HEAD text TAIL`, a noun `the text of HEAD is TAIL`.
    """

    text: str
    kind: PhraseKind


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """One way to write a fact: the words before, between and after its two ends.

    In a `swapped` form the tail is named first.
    """

    before: str
    between: str
    after: str
    swapped: bool = False

    def write(self, head: str, tail: str) -> str:
        """Return the sentence for these ends."""
        first, second = (tail, head) if self.swapped else (head, tail)
        return f"{self.before}{first}{self.between}{second}{self.after}"


_COPULAS = ("is", "are", "was", "were")
_HAVING = ("has", "have", "had", "can", "may", "does")
_PREPOSITION_WORDS = """
    about after against at before by during for from in into of on over through to under with within
"""
_PREPOSITIONS = frozenset(_PREPOSITION_WORDS.split())
_VERB_WORDS = """
    abolishes accompanies activates acts affects analyzes appears assesses augments authors becomes
    begins belongs binds blocks borders buys carries causes changes co-occurs comes complicates
    composes concerns connects consists contains controls converts corresponds creates crosses
    defines depends derives describes diagnoses directs discovers disrupts divides employs encodes
    ends entails excludes exhibits exists expresses faces feeds follows forms founds gives governs
    guides holds implies includes increases indicates influences inhabits inhibits interacts
    interconnects invents involves joins knows leads lies likes lives loves makes manages marries
    measures meets modifies modulates mutates needs occupies occurs opposes owns performs pertains
    plays possesses practices precedes prefers presents prevents produces promotes protects
    publishes reacts receives reduces refers regulates relates replaces represents requires
    resembles responds results says secretes sells serves speaks starts stimulates stops studies
    succeeds supports surrounds teaches tells treats triggers uses wants wins works writes
"""
_VERBS = frozenset(_VERB_WORDS.split())
"""What relations are often called that is a verb: `causes` is no plural, `languages` is one."""

_PARTICIPLES = frozenset(("born", "found", "given", "held", "known", "made", "spoken", "written"))
_SPOKEN = {
    "isa": "is a kind of",
    "is a": "is a kind of",
    "is an": "is a kind of",
    "subclass of": "is a kind of",
    "issue in": "is an issue in",
    "cause": "causes",
    "also see": "related entry",
}
"""Names that no rule would put well, by their words."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def candidates(name: str) -> tuple[str, ...]:
    """Return the words for a relation's name, shortest first; the last are all that it has.

    A path of Freebase (`/people/person/place_of_birth`) is called by its last part; its type and
    its domain are put before it only where the shorter words would be another relation's too.
    """
    if "://" in name:
        name = re.split(r"[/#]", name.rstrip("/#"))[-1]
    if not name.startswith("/"):
        return (spell(name),)
    hops = [[spell(part) for part in hop.strip("/").split("/")] for hop in name.split(".")]
    last = _join([hop[-1] for hop in hops])
    typed = _join([*hops[0][-2:-1], last])
    twice = _join([part for hop in hops for part in hop[-2:]])
    return tuple(
        dict.fromkeys((last, typed, twice, " ".join(part for hop in hops for part in hop)))
    )


def spell(name: str) -> str:
    """Return a name as words: `location_of` and `locationOf` are both `location of`."""
    return " ".join(_CAMEL.sub(" ", name).replace("_", " ").split()).casefold()


def _join(parts: Sequence[str]) -> str:
    """Join the ends of a path's hops, saying once what two of them say."""
    words: list[str] = []
    for part in parts:
        new = [word for word in part.split() if word != "s"]  # `sibling_s` is a plural
        if words and _singular(words[-1]) == _singular(new[0] if new else ""):
            words.pop()
        words += new
    return " ".join(words)


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def phrase_of(words: str) -> Phrase:
    """Return the phrase for a relation's words, a predicate wherever they can be read as one."""
    words = _SPOKEN.get(words, words)
    parts = words.split()
    first, last = (parts[0], parts[-1]) if parts else ("", "")
    if first in _COPULAS or first in _HAVING or first in _VERBS:
        return Phrase(text=words, kind="predicate")
    if len(parts) > 1 and last in _PREPOSITIONS:
        return Phrase(text=f"is {_article(parts)}{words}", kind="predicate")
    return Phrase(text=words, kind="noun")


def _article(parts: Sequence[str]) -> str:
    """Return the article of `part of` or `ingredient of`; `made of` and `adjacent to` need none."""
    before = parts[-2]
    counted = parts[-1] == "of" and not before.endswith("ed") and before not in _PARTICIPLES
    if not counted or _singular(before) != before:
        return ""
    return "an " if parts[0][0] in "aeiou" else "a "


def negate(predicate: str) -> str:
    """Return the opposite of a predicate: `treats` becomes `does not treat`."""
    verb, _, rest = predicate.partition(" ")
    if verb in (*_COPULAS, "can", "may", "does"):
        return f"{verb} not {rest}".rstrip()
    return f"does not {_base(verb)} {rest}".rstrip()


def _base(verb: str) -> str:
    if verb in ("has", "have", "had"):
        return "have"
    if verb.endswith("ies"):
        return f"{verb[:-3]}y"
    if verb.endswith(("sses", "shes", "ches", "xes", "zzes", "oes")):
        return verb[:-2]
    return verb.removesuffix("s")


_AFFIRMED = {
    "predicate": (
        "{head} {text} {tail}.",
        "It is known that {head} {text} {tail}.",
        "{tail} is what {head} {text}.",
        "We know that {head} {text} {tail}.",
        "According to the graph, {head} {text} {tail}.",
        "What {head} {text} is {tail}.",
        "Recall that {head} {text} {tail}.",
    ),
    "noun": (
        "The {text} of {head} is {tail}.",
        "{tail} is the {text} of {head}.",
        "{head} has {tail} as its {text}.",
        "It is known that the {text} of {head} is {tail}.",
        "{head} has the {text} {tail}.",
        "As its {text}, {head} has {tail}.",
        "For {head}, the {text} is {tail}.",
    ),
}
_DENIED = {
    "predicate": (
        "{head} {negated} {tail}.",
        "It is not true that {head} {text} {tail}.",
        "{tail} is not what {head} {text}.",
        "We know that {head} {negated} {tail}.",
        "It is false that {head} {text} {tail}.",
        "It is not the case that {head} {text} {tail}.",
        "According to the graph, {head} {negated} {tail}.",
    ),
    "noun": (
        "The {text} of {head} is not {tail}.",
        "{tail} is not the {text} of {head}.",
        "{head} does not have {tail} as its {text}.",
        "It is not true that the {text} of {head} is {tail}.",
        "It is false that {tail} is the {text} of {head}.",
        "It is not the case that {head} has {tail} as its {text}.",
        "For {head}, the {text} is not {tail}.",
    ),
}


@cache
def forms_of(phrase: Phrase, *, negated: bool = False, inverse: bool = False) -> tuple[Form, ...]:
    """Return the ways to write a fact with this phrase, at least six, the plainest first.

    An `inverse` phrase reads from the tail to the head: `pain IS TREATED BY aspirin`.
    """
    templates = (_DENIED if negated else _AFFIRMED)[phrase.kind]
    return tuple(_form(template, phrase, inverse=inverse) for template in templates)


def _form(template: str, phrase: Phrase, *, inverse: bool) -> Form:
    opposite = negate(phrase.text) if phrase.kind == "predicate" else ""
    swapped = template.index("{tail}") < template.index("{head}")
    # The words go in after the ends are cut out: they may hold anything, braces as well.
    before, between, after = (
        part.replace("{negated}", opposite).replace("{text}", phrase.text)
        for part in re.split(r"\{head\}|\{tail\}", template)
    )
    return Form(before=before, between=between, after=after, swapped=swapped is not inverse)
