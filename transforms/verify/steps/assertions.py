"""Whether the text around an equation asserts it: it may be asked, quoted, taken back, denied."""

import re
from typing import Final

_ASKED: Final = re.compile(r"(?:[^.;\n]|\.(?=\d)){0,120}?\?")
_DENIED_NEXT: Final = re.compile(
    r"""(?ix) ^[\s$"'”’)\]*.,;:(—–-]{0,8}(?: [A-Za-z]{1,20} : \s? )?["“'‘]?
      (?: no\b(?![ ]?\w) | no,? \ wait | nope\b | wrong\b | false\b | incorrect\b | oops\b | wait\b
        | scratch \ that | I \ mean\b | (?:hmm+\W{1,3})? actually,? \ (?:it|that|this|[-0-9$\\(])
        | not \ (?:true|correct|possible|right|valid) | correction\b
        | ✗ | ✘ | ❌ | × (?!\s?\d) | \\times (?!\s?\d)
        | (?:but \ |so \ |and \ |which \ |clearly,? \ ){0,2}
          (?: this | that | it | which | is | was )
          (?: \ (?:is|was|gives|would \ be|can(?:not|'t)|does(?:n't|\ not)|isn't|wasn't) ){1,2}
          (?: \ (?:a|an|clearly|obviously|not) ){0,2}
          (?: \ (?:contradict\w*|absurd\w*|impossible|wrong|false|incorrect|mistake\w*|error\w*
            |true|correct|right|hold|be|work|match) )
        | should \ (?:be|have) | rather \ than | instead \ of
      )""",  # noqa: RUF001 -- signs that people write
)
_TAKEN_BACK: Final = re.compile(
    r"(?i)\b(?:(?:no|oh|hold on|sorry)[,.]? wait|oops|scratch that|let me (?:re|correct|fix)"
    r"|should (?:be|have been)|no such|no (?:real |integer |valid )?(?:solutions?|values?))\b"
)
_DOUBTED_BEFORE: Final = re.compile(
    r"""(?ix) \b(?: mis(?:count|read|calculat|comput|add|tak|took)\w* | mistak\w*
        | (?:first|originally|initially|earlier|previously|accidentally) \ (?:I\ |we\ |it\ )?
          (?:wrote|said|had|got|computed|calculated|found|thought|assumed)
        | (?:might|may|could|would) \ (?:have\ )?
          (?:think|say|guess|write|expect|believe|thought|compute|calculate|add|seem|appear)
        | (?:if|when) \ (?:we|you|I|one|someone) \ (?:were \ to|had|did|just|simply|only)
        | at \ first \ (?:glance|sight) | naive\w* | beginners? | according \ to | says | said
        | (?:in|shows?) \ \w{1,20}'s \ (?:solution|work|answer)
        | student's \ (?:solution|work|answer)
        | tempt\w* | (?:claims?|claimed|thinks?|thought|believes?|wrongly|incorrectly|erroneously)
        | (?:students?|people|someone|one) \ (?:\w{1,9}\ )?
          (?:writes?|wrote|says?|said|gets?|got|computes?|calculates?|adds?)
        | instead \ of | rather \ than | unlike
      )\b [^;.]{0,60}$
      | \b(?:mistakes?|false|wrong|incorrect|error|not) [*_]{0,2} : [*_$\s]{0,4} $""",
)
_CHOICE: Final = re.compile(r"(?:^|[\s(*])[A-E][).:][*_]{0,2}\s*\$?$")
_CHOICES: Final = re.compile(r"(?:^|[\s(*])[A-E]\)")
_CHECKED: Final = re.compile(r"(?i)\b(?:plug\w*|substitut\w*|check\w*|try|trying|test\w*|verif\w*)")
_FAILED: Final = re.compile(
    r"(?i)\b(?:extraneous|not|fails?|reject\w*|discard\w*|false|doesn't|isn't|invalid)\b|≠|\\neq?\b"
)
_DIGITS: Final = re.compile(r"(?i)\b(?:units?|last|ones|final|tens)(?: two| three)? digits?\b")
_NEXT: Final = 100  # characters after a sentence that may take it back
_AROUND: Final = 300  # where other choices may stand


def is_tried(before: str) -> bool:
    """Tell whether words put a value into an equation, to see whether it holds."""
    return _CHECKED.search(before) is not None


def why_not_asserted(
    text: str, start: int, end: int, begin: int, stop: int, *, by_words: bool = False
) -> str:
    """Say why the equation at `start:end` of the sentence `begin:stop` may not be claimed.

    `by_words` says that it is no equation but a sentence, which names what it is about itself.
    """
    before, after = text[begin:start], text[end:stop]
    around = text[max(0, start - _AROUND) : end + _AROUND]
    nexts = (text[end : end + _NEXT], text[stop : stop + _NEXT])
    doubts: tuple[tuple[str, object], ...] = (
        ("a question", _ASKED.match(after)),
        ("a denial", any(map(_DENIED_NEXT.search, nexts))),
        ("taken back", _TAKEN_BACK.search(after)),
        ("said to be someone's, or a mistake", _DOUBTED_BEFORE.search(before)),
        ("a choice that is offered", _CHOICE.search(before) and _offers_several(around)),
        ("a digit of a number", not by_words and _DIGITS.search(before)),
        ("an equation that is tried", is_tried(before) and _FAILED.search(after)),
    )
    return next((doubt for doubt, is_there in doubts if is_there), "")


def _offers_several(text: str) -> bool:
    return len(_CHOICES.findall(text)) > 1
