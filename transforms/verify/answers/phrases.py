r"""An answer inside a few words: `The answer is 18`, `Total: $5`, `She has 18 apples`."""

import re

from stepsmith.transforms.verify.answers.text import without_fonts

__all__ = ["core"]

_NUMBER = (
    r"(?:\\\$ ?)?-?(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:/\d+)?(?: ?\\?%)?|\\d?frac ?\{\d+\} ?\{\d+\}"
)
_PHRASE = re.compile(rf"([A-Za-z][A-Za-z' ]{{0,80}})(:?) ?({_NUMBER})((?: [A-Za-z]+){{0,4}})")
_YES_OR_NO = re.compile(r"(yes|no|true|false)(?:[,;:] |\. [A-Z])", re.IGNORECASE)
_LINKS = frozenset(
    [
        "is",
        "are",
        "was",
        "were",
        "has",
        "have",
        "had",
        "equals",
        "year",
        "makes",
        "made",
        "earns",
        "earned",
        "takes",
        "took",
        "costs",
        "cost",
        "gets",
        "got",
        "pays",
        "paid",
        "needs",
        "needed",
        "saves",
        "saved",
        "spends",
        "spent",
        "sold",
        "bought",
    ]
)
_TOTALS = ("a total of", "total of", "total", "in total", "the", "a")
# With one of these, the number that is written is not the one that is meant.
_TURNING = frozenset(
    [
        "not",
        "least",
        "most",
        "less",
        "fewer",
        "more",
        "than",
        "between",
        "over",
        "under",
        "below",
        "above",
        "or",
        "if",
        "half",
        "twice",
        "double",
        "triple",
        "without",
        "except",
        "no",
        "another",
        "nearly",
        "almost",
        "every",
        "to",
        "from",
        "by",
        "until",
        "hundred",
        "dozen",
        "of",
    ]
)


def core(text: str) -> str:
    """Return the value that a short phrase says, or the text itself.

    Only of a phrase with one number, that a verb or a colon stands before: any other number, or
    a word such as "less", may turn its meaning.
    """
    if (said := _YES_OR_NO.match(text)) is not None:
        return said[1]
    if not text[:1].isalpha() and not text.startswith("\\text"):
        return text
    found = _PHRASE.fullmatch(" ".join(without_fonts(text).replace("~", " ").split()))
    if found is None:
        return text
    head, tail = found[1].lower().strip(), found[4].lower().split()
    if head not in _TOTALS:
        words = head.split()
        if not found[2] and words[-1] not in _LINKS:
            return text
        if not _TURNING.isdisjoint(words):
            return text
    return text if not _TURNING.isdisjoint(tail) else found[3] + found[4]
