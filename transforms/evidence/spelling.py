"""When two names say the same: spelled alike, or so that a reader sees no difference.

What is `fold`ed alike is one name. What is `alike` besides (a look-alike letter, `1` and `1.0`,
`yes` and `present`) stays two names, for it may be two; but neither is held against the other.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation

from stepsmith.transforms.text.names import fold

__all__ = ["alike", "unified"]

_TWINS = str.maketrans(
    "\u0430\u0441\u0435\u04bb\u0456\u0458\u043a\u043c\u043e\u0440\u0455\u0442\u0445\u0443"
    "\u03b1\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7",
    "acehijkmopstxyaikvoptux",
)
"""Small Cyrillic and Greek letters that look like Latin ones."""

_YES = frozenset(("present", "positive", "yes", "true", "y", "t", "+"))
_NO = frozenset(("absent", "negative", "no", "false", "n", "f", "none", "-"))
_LONGEST = 40
"""Characters of a number that is read; longer ones are names."""


def alike(one: str, other: str) -> bool:
    """Say whether two states may be one, so that neither is the contrary of the other."""
    return _seen(one) == _seen(other)


def _seen(text: str) -> str:
    """Return what a reader sees: widths, dashes and look-alike letters are no difference."""
    seen = fold(unicodedata.normalize("NFKC", text)).translate(_TWINS)
    if seen in _YES:
        return "present"
    if seen in _NO:
        return "absent"
    try:
        number = Decimal(seen) if len(seen) <= _LONGEST else None
    except InvalidOperation:
        number = None
    if number is not None and number.is_finite():
        return str(number.normalize())
    # A sign in front says something, and a dash between two words does not.
    sign = seen[:1] if seen[:1] in ("+", "-") else ""
    words = "".join(each if each.isalnum() or each in "<>=%" else " " for each in seen)
    return sign + " ".join(words.split()) if words.strip() else seen


def unified(names: Iterable[str]) -> Mapping[str, str]:
    """Return the spelling by which each name goes: the commonest of those that fold alike."""
    by_fold: dict[str, Counter[str]] = {}
    for name, count in Counter(names).items():
        by_fold.setdefault(fold(name), Counter())[name] = count
    return {
        name: min(spellings, key=lambda each: (-spellings[each], each))
        for spellings in by_fold.values()
        for name in spellings
    }
