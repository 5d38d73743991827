r"""LaTeX boxes, in which a model states its answer: `\boxed{18}`, `\fbox{18}`."""

import dataclasses
import re
from collections.abc import Mapping

from stepsmith.transforms.text.spans import Span, outside, trim

__all__ = ["boxed", "without_boxes"]

_BOX = re.compile(r"\\(?:begin)?(?:boxed|fbox)\s*\{")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)


@dataclasses.dataclass(frozen=True, slots=True)
class _Box:
    """A box: where its command, its content and what follows it begin."""

    start: int
    inside: int
    end: int


def boxed(text: str) -> Span | None:
    """Find the content of the box that opens last among those that close, or of a row of them."""
    # An empty one is an instruction repeated: "put the answer in ...".
    boxes = [box for box in _closed_boxes(text) if trim(text, box.inside, box.end - 1)]
    if not boxes:
        return None
    first = last = boxes[-1]
    for before in reversed(boxes[:-1]):
        if before.end > first.start:
            continue  # one box around another
        if not _is_link(text, before.end, first.start) and not _are_roots(text, before, first):
            break
        first = before
    if first is not last:
        return first.start, last.end
    return trim(text, last.inside, last.end - 1)


def without_boxes(text: str) -> str:
    """Take boxes away and leave what is in them; one that never closes loses its opening."""
    opened = _opened(text)
    if not opened:
        return text
    cut = [(start, brace + 1) for brace, start in opened.items()]
    cut += [(box.end - 1, box.end) for box in _closed_boxes(text)]
    return " ".join(outside(text, sorted(cut)))


def _opened(text: str) -> Mapping[int, int]:
    """Return where each box's command begins, by the place of its brace."""
    return {match.end() - 1: match.start() for match in _BOX.finditer(text)}


def _closed_boxes(text: str) -> list[_Box]:
    """Return the boxes that close, in the order in which they open."""
    opened = _opened(text)
    found: list[_Box] = []
    stack: list[int] = []
    for match in _BRACE.finditer(text) if opened else ():
        if match[0] == "{":
            stack.append(match.start())
        elif match[0] == "}" and stack:
            brace = stack.pop()
            if brace in opened:
                found.append(_Box(opened[brace], brace + 1, match.end()))
    return sorted(found, key=lambda box: box.inside)


_LINK = re.compile(r"(?:[\s$.]|\\[()\[\],;: ]|(\\q?quad|\\text\s*\{[\s,]*and\s*\}|[,;]|\band\b))*")
_OR = re.compile(r"(?:[\s$.,]|\\[()\[\],;: ]|\\q?quad|\\text\s*\{\s*or\s*\}|\bor\b)*")
_LONGEST_LINK = 60


def _is_link(text: str, start: int, end: int) -> bool:
    """Say whether only a comma or an "and" stands between two boxes; "or" may mean "that is"."""
    if end - start > _LONGEST_LINK:
        return False
    link = _LINK.fullmatch(text, start, end)
    return link is not None and link[1] is not None


def _are_roots(text: str, one: _Box, other: _Box) -> bool:
    """Say whether two boxes are `x = 1` and `x = 2` with an "or" between them."""
    if other.start - one.end > _LONGEST_LINK:
        return False
    if "or" not in text[one.end : other.start]:
        return False
    return _OR.fullmatch(text, one.end, other.start) is not None and all(
        "=" in text[box.inside : box.end] for box in (one, other)
    )
