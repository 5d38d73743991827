"""What is said of a step by a graph, as one line that can be read back.

    supported: ada | place_of_birth | london; truth=true, place=start, use=on_path; in the graph

Marks that the line itself needs, and whatever cannot be printed, are escaped in keys and words.
"""

import dataclasses
import re
from typing import Literal, get_args

import msgspec

from stepsmith.schemas.codec import known
from stepsmith.transforms.graph.triples import Fact

StepClass = Literal[
    "supported",
    "supported_off_path",
    "contradicted",
    "unsupported",
    "unlinked",
    "broken_chain",
]
Truth = Literal["true", "false", "unknown"]
Place = Literal["start", "reached", "named", "unreached", "unknown"]
Use = Literal["on_path", "off_path", "unlisted", "repeated", "none"]

CLASSES: tuple[StepClass, ...] = get_args(StepClass)
NO_FACT = "no fact"
"""The reason of a step that asserts nothing: a plan, or the line with the final answer."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What decides about a step: one fact, its class, and the three things apart.

    `truth` of what is said: that of a denial where `denied`. `place`: the head is a start of the
    question, was reached by an earlier step, is named by one that could not be linked, was not
    reached, or that cannot be known. `use`: the fact is on a path to an answer or on none, may be
    on one that is not listed, was asserted before, or is of no use. `fact` is null where nothing
    was linked. `score` is that of the least similar name, 1 where all were written in full.
    """

    step_class: StepClass
    fact: Fact | None = None
    truth: Truth = "unknown"
    place: Place = "unknown"
    use: Use = "none"
    denied: bool = False
    score: float = 1.0
    why: str = ""


def write_evidence(evidence: Evidence) -> str:
    """Write evidence as one line; `read_evidence` gives it back."""
    fact = "?" if evidence.fact is None else " | ".join(map(_escape, evidence.fact))
    fields = f"truth={evidence.truth}, place={evidence.place}, use={evidence.use}"
    if evidence.denied:
        fields += ", denied"
    if evidence.score != 1:
        fields += f", score={evidence.score!r}"
    return f"{evidence.step_class}: {fact}; {fields}; {_escape(evidence.why)}"


_LINE = re.compile(
    r"(?P<step_class>[a-z_]+): (?P<fact>[^;]*); truth=(?P<truth>[a-z]+), place=(?P<place>[a-z]+), "
    r"use=(?P<use>[a-z_]+)(?P<denied>, denied)?(?:, score=(?P<score>[0-9.e-]+))?; (?P<why>[^;|]*)"
)


def read_evidence(line: str) -> Evidence | None:
    """Read a line of `write_evidence`; nothing where it is none, as in a step without a fact."""
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    parts = match.groupdict()
    fact = None if parts["fact"] == "?" else [_unescape(key) for key in parts["fact"].split(" | ")]
    fields = {
        **parts,
        "fact": fact,
        "denied": parts["denied"] is not None,
        "score": parts["score"] or "1",
        "why": _unescape(parts["why"]),
    }
    try:
        return msgspec.convert(fields, known(Evidence), strict=False)
    except msgspec.ValidationError:
        return None


_MARKS = {"\\": "\\\\", "|": "\\p", ";": "\\s"}
_BACK = {"\\": "\\", "p": "|", "s": ";", "q": "?"}
_ESCAPED = re.compile(r"\\(?:u([0-9a-f]{1,6})\.|(.))")


def _escape(text: str) -> str:
    if text == "?":
        return "\\q"  # a key, and no missing fact
    return "".join(_MARKS.get(one, one if one.isprintable() else _code(one)) for one in text)


def _code(character: str) -> str:
    return f"\\u{ord(character):x}."


def _unescape(text: str) -> str:
    return _ESCAPED.sub(
        lambda match: chr(int(match[1], 16)) if match[1] else _BACK.get(match[2], ""), text
    )
