"""Words of a folded text, and the small ones that carry no meaning of their own."""

import re
from typing import NamedTuple

# A possessive "s" is a word of its own, the "t" of "isn't" is not.
_WORD = re.compile(r"[^\W_]+(?:['\u2019](?!s\b)[^\W_]+)*")


class Word(NamedTuple):
    """One word, folded, and where it stands in the folded text."""

    text: str
    start: int
    end: int


def words_of(folded: str) -> list[Word]:
    """Return the words of a folded text, in order."""
    return [Word(each[0].replace("\u2019", "'"), *each.span()) for each in _WORD.finditer(folded)]


_SURROGATE = re.compile(r"[\ud800-\udfff]")


def encodable(text: str) -> str:
    """Return the text with half characters, which no name holds, replaced by one mark each."""
    return _SURROGATE.sub("\ufffd", text)


_DENYING = "not never no cannot neither nor fail fails failed lack lacks lacked"
NEGATIONS = frozenset(_DENYING.split())
FALSITY = frozenset(("false", "untrue", "incorrect", "wrong"))
ARTICLES = frozenset(("the", "a", "an"))
DETERMINERS = frozenset(("the", "a", "an", "its", "their", "his", "her", "this", "that", "one"))
COPULAS = frozenset(("is", "are", "was", "were", "be", "been", "being"))
DENIED_COPULAS = frozenset(f"{word}n't" for word in COPULAS)
RELATIVES = frozenset(("which", "who", "that"))
HAVING = frozenset(("has", "have", "had", "having"))
AUXILIARIES = frozenset(
    ("do", "does", "did", "don't", "doesn't", "didn't", "can", "cannot", "can't", "will", "won't")
)
QUESTIONS = frozenset(("what", "who", "whom", "which", "that"))
PRONOUNS = frozenset(("it", "he", "she", "they", "this", "that", "these", "those", "which", "who"))
CONDITIONS = frozenset(("if", "whether", "suppose", "assume", "assuming"))
_SUPPOSING = "may might could perhaps possibly maybe probably likely would should"
HEDGES = CONDITIONS | frozenset(_SUPPOSING.split())
_DOUBTING = """
allegedly apparently appear appears assumed believe believed believes check claimed confirm doubt
doubtful doubts guess hope hopefully hypothesis hypothetically imagine imagined myth mistake
misconception presumably pretend prove reportedly rumored said seem seemed seemingly seems show
supposed supposedly supposing suspect test think thought uncertain unclear unless unlikely unsure
verify wish
"""
DOUBTS = frozenset(_DOUBTING.split())
"""Words that leave open whether something is so; names may hold them, unlike `HEDGES`."""
_BARRING = """
almost barely besides contrary denied denies deny denying erroneously except excluding exclusively
falsely formerly hardly incapable incorrectly instead mistakenly nearly nobody nominally none
nothing nowhere only partially partly previously rarely rather refute refuted refutes replaced
replaces respectively scarcely seldom solely succeeded succeeds superseded supplanted temporarily
than unable unlike unofficially virtually without wrongly
"""
BARRIERS = frozenset(_BARRING.split())
"""Words that take something back, or leave something out, of which no rule says what."""
VIA = frozenset(("by", "via", "through", "following", "along"))
PREPOSITIONS = frozenset(("of", "in", "to", "with", "by", "for", "from", "at", "on", "into"))
OF = frozenset(("of", "for", "belonging", "belongs"))

_AROUND = """
s to in on at as with from and or but also then so thus hence therefore because since while we i you
our know known knows knowing recall that it true fact case according graph there here these those
such some all every each among other first second third next finally now do does did don't doesn't
didn't isn't aren't wasn't weren't can say says said see note reaches reach reached leads lead gives
get gets go goes arrive arrives called named namely only just both either about one value listed
given look looking find need needs want determine identify question asks ask asked answer answers
doubt wonder step let's let start starting begin from consider final finally option choice
"""

GLUE = (
    NEGATIONS
    | FALSITY
    | DETERMINERS
    | COPULAS
    | HAVING
    | QUESTIONS
    | PRONOUNS
    | HEDGES
    | VIA
    | OF
    | frozenset(_AROUND.split())
)
"""Words that stand around names and phrases without saying anything of their own."""

_SMALL = "he she us me my am will up out off over too either"
STOPS = GLUE | frozenset(_SMALL.split())
"""Words that are no name where they stand in the middle of a text, unless written as one."""
