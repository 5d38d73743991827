"""The text of a question, from templates: the start and the relations are named, nothing between.

chain    virus causes P. P is a result of Q. Name Q.
nested   Name the capital of the country of Ada.
walk     Begin at virus and go along: causes, then is a result of. Where does that lead?
"""

from collections.abc import Sequence
from typing import Literal, get_args

from stepsmith.transforms.graph.phrasing import Phrase
from stepsmith.transforms.graph.wording import variant_of

Style = Literal["chain", "nested", "walk"]
Styles = Literal["mixed", "chain", "nested", "walk"]

_UNKNOWNS = "PQRST"
"""Not the first letters: those are the options'."""


def question_text(start: str, phrases: Sequence[Phrase], *, style: Style = "chain") -> str:
    """Ask for what the start reaches along the relations.

    A nested question is asked as a chain where it would say `something that something that`.
    """
    if style == "walk":
        return _walked(start, phrases)
    if style == "nested" and sum(each.kind == "predicate" for each in phrases) <= 1:
        return _nested(start, phrases)
    return _chained(start, phrases)


def style_of(styles: Styles, *identity: object) -> Style:
    """Return the style, drawn from what the question is where the styles are mixed."""
    if styles != "mixed":
        return styles
    all_styles: tuple[Style, ...] = get_args(Style)
    return all_styles[variant_of("style", *identity) % len(all_styles)]


def _chained(start: str, phrases: Sequence[Phrase]) -> str:
    names = [start, *_UNKNOWNS[: len(phrases)]]
    said = " ".join(map(_clause, names, phrases, names[1:]))
    return f"{said} Name {names[-1]}."


def _clause(head: str, phrase: Phrase, tail: str) -> str:
    if phrase.kind == "predicate":
        return f"{head} {phrase.text} {tail}."
    return f"{head} has the {phrase.text} {tail}."


def _nested(start: str, phrases: Sequence[Phrase]) -> str:
    *inner, last = phrases
    thing = start
    for phrase in inner:
        noun = phrase.kind == "noun"
        thing = f"the {phrase.text} of {thing}" if noun else f"something that {thing} {phrase.text}"
    if last.kind == "noun":
        return f"Name the {last.text} of {thing}."
    return f"Name something that {thing} {last.text}."


def _walked(start: str, phrases: Sequence[Phrase]) -> str:
    steps = ", then ".join(phrase.text for phrase in phrases)
    return f"Begin at {start} and go along: {steps}. Where does that lead?"
