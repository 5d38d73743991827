"""Claims that sentences make: what an expression, or the code above, returns, prints or raises.

A sentence that supposes, asks or denies states nothing.
"""

import re
from collections.abc import Iterator, Sequence

from stepsmith.transforms.verify.code.stated import Block, Says, Stated, assigned

__all__ = ["sentences"]

_VERBS: dict[str, Says] = {
    "returns": "value",
    "return": "value",
    "evaluates to": "value",
    "evaluate to": "value",
    "equals": "value",
    "is equal to": "value",
    "yields": "value",
    "gives": "value",
    "prints": "prints",
    "print": "prints",
    "outputs": "prints",
    "raises": "raises",
    "raise": "raises",
}
_SAYS = re.compile(
    r"[ \t]+(?:now[ \t]+|then[ \t]+|also[ \t]+|will[ \t]+|always[ \t]+)?+"
    rf"({'|'.join(sorted(_VERBS, key=len, reverse=True))})[ \t:]++"
)
_TICKED = re.compile(r"`([^`\r\n]{1,400}+)`")
_CALL = re.compile(r"(?<![\w.`'\"])[A-Za-z_][\w.]{0,80}+\(")
_NUMBER = re.compile(r"[-+]?\d++(?:\.\d++)?+(?:[eE][-+]?\d++)?+(?![\w%])")
_WORD = re.compile(r"(?:None|True|False)\b")
_ERROR = re.compile(
    r"(?:an?[ \t]+)?(?:`([A-Z]\w{0,60}+)`"
    r"|([A-Z]\w{0,60}?(?:Error|Exception|Warning|Exit|Interrupt|Iteration)\b))"
)
# Another time, another version, another language, somebody's opinion: or no claim at all.
_ELSEWHERE = (
    r"before|after|until|previous\w*|original\w*|old|earlier|initial\w*|first|second|iteration\w*|"
    r"formerly|once|start|beginning|buggy|broken|python[ \t]?2\w*|c|c\+\+|java|ruby|rust|"
    r"javascript|if|iff|when|unless|wrong\w*|incorrect\w*|false|untrue|instead|expected|\w+n['\u2019]t|"
    r"mistake\w*|suppos\w*|never|neither|nor|cannot"
)
_SUPPOSED = re.compile(
    rf"\b(?:{_ELSEWHERE}|whether|assum\w*|expect\w*|should|would|could|might|may|maybe|perhaps|not|"
    r"probably|than|want\w*|need\w*|must|say|says|claim\w*|doubt\w*|think\w*|thought|believ\w*|"
    r"seem\w*|appear\w*|imagin\w*|pretend\w*|guess\w*|hop(?:e|es|ed|ing)|check\w*|verify|ensure|let)"
    r"(?!\w)|\?|\b\w+[ \t]*=[ \t]*[-\w'\"(\[{]",
    re.IGNORECASE,
)
_LIMITED = re.compile(rf"\b(?:{_ELSEWHERE}|only|except)\b", re.IGNORECASE)
# A value is whole where its sentence ends, or goes on with what is no further part of it.
_WHOLE = re.compile(
    r"[ \t]*(?:[.;:!*_)]*(?=[ \t\r]*(?:\n|\Z))|[.;:!](?=[ \t])"
    r"|(?P<joined>,?[ \t]+(?:and|but|while|then|which|because|since|so|as|not|here|now)\b|,)"
    r"[ \t]*(?:also\b|then\b|and\b|so\b)?[ \t]*)"
)
_FURTHER = re.compile(r"[-+]?\.?\d|[`'\"(\[{]|(?:None|True|False|respectively)\b")
_SENTENCE_END = re.compile(r"[.!?;][ \t]|\n")
_THIS = re.compile(
    r"\b(?:this|the)[ \t]+(?:code|program|snippet|script|loop)(?:[ \t]+above)?(?=[ \t])",
    re.IGNORECASE,
)
_CANDIDATE = re.compile(f"{_TICKED.pattern}|{_CALL.pattern}|(?i:{_THIS.pattern})")
_MAX_VALUE = 500
_REACH = 200  # how far back a sentence is looked at


def sentences(text: str, blocks: Sequence[Block]) -> Iterator[Stated]:
    """Yield what sentences say of an expression, or of the code above."""
    for match in _CANDIDATE.finditer(text):
        if any(block.start <= match.start() < block.end for block in blocks):
            continue
        above = [each for each in blocks if each.is_code and each.end <= match.start()]
        found = _subject(text, match, above)
        if found is None:
            continue
        expression, end, before = found
        verb = _SAYS.match(text, end)
        if verb is None or _is_supposed(text, match.start()):
            continue
        says = _VERBS[verb[1]]
        value = _value(text, verb.end(), says)
        if value is not None and _is_whole(text, value[1]) and not _is_limited(text, value[1]):
            yield Stated(
                start=match.start(),
                end=value[1],
                expression=expression,
                says=says,
                expected=value[0],
                before=before,
                of_any_time=True,
            )


def _subject(
    text: str, match: re.Match[str], above: Sequence[Block]
) -> tuple[str, int, str] | None:
    """Return an expression, where it ends, and the code of the step that runs before it."""
    everything = "\n".join(block.text for block in above)
    if match[1]:
        return (match[1], match.end(), everything) if assigned(match[1]) == match[1] else None
    if match[0].endswith("("):
        end = _closing(text, match.end() - 1)
        source = text[match.start() : end] if end else ""
        return (source, end, everything) if source and assigned(source) == source else None
    if not above:
        return None
    return above[-1].text, match.end(), "\n".join(block.text for block in above[:-1])


def _closing(text: str, start: int) -> int:
    """Return the index behind the bracket that closes the one at `start`; 0 where none does."""
    depth, quote = 0, ""
    for index in range(start, min(len(text), start + _MAX_VALUE)):
        character = text[index]
        if character == "\n":
            return 0
        if quote:
            quote = "" if character == quote and text[index - 1] != "\\" else quote
        elif character in "'\"":
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
            if depth == 0:
                return index + 1
    return 0


def _is_supposed(text: str, start: int) -> bool:
    """Say whether the sentence, up to its claim, supposes or asks or denies."""
    sentence = _SENTENCE_END.split(text[max(0, start - _REACH) : start])[-1]
    return _SUPPOSED.search(sentence) is not None


def _is_whole(text: str, end: int) -> bool:
    """Say whether a value ends at `end`: not in `3 and 2`, `10,000`, `5 apples` or `2 + 2`."""
    goes_on = _WHOLE.match(text, end)
    if goes_on is None:
        return False
    if not goes_on["joined"] or not _FURTHER.match(text, goes_on.end()):
        return True
    subject = _CANDIDATE.match(text, goes_on.end())  # of the next claim
    return subject is not None and _SAYS.match(text, subject.end()) is not None


def _is_limited(text: str, end: int) -> bool:
    """Say whether the sentence goes on to ask, to deny, or to say when its claim holds."""
    rest = _SENTENCE_END.split(text[end : end + _REACH], maxsplit=1)[0]
    return text.startswith("?", end) or _LIMITED.search(rest) is not None


def _value(text: str, at: int, says: Says) -> tuple[str, int] | None:
    """Return the value that is written at `at`, and where it ends."""
    if says == "raises":
        error = _ERROR.match(text, at)
        return (error[1] or error[2], error.end()) if error else None
    if ticked := _TICKED.match(text, at):
        return ticked[1], ticked.end()
    if plain := _NUMBER.match(text, at) or _WORD.match(text, at):
        return plain[0], plain.end()
    if text.startswith(("'", '"'), at):
        end = text.find(text[at], at + 1, at + _MAX_VALUE)
        return (text[at : end + 1], end + 1) if end > 0 else None
    if text.startswith(("(", "[", "{"), at) and (end := _closing(text, at)):
        return text[at:end], end
    return None
