"""Cut a step, prose or LaTeX, into the tokens of arithmetic. Never fails, and keeps the spans."""

import functools
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from stepsmith.transforms.verify.steps.marks import (
    CHARACTERS,
    COMMANDS,
    FRACTIONS,
    PLAIN,
    RAISED,
    SIGNS,
    SIMPLE,
    TOKEN,
    Kind,
)

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_DIGITS: Final = 60


class Token(NamedTuple):
    """A token and its half-open span.

    `glued`: no space and no mark-up stands before it. `fenced`: the edge of a formula does.
    `math`: it stands inside a formula. A number has its exact value and its printed `places`.
    """

    kind: Kind
    text: str
    start: int
    end: int
    glued: bool
    fenced: bool
    math: bool
    value: int | Fraction = 0
    places: int = 0


_FORMULA = re.compile(r"(?<!\\)\$(?=[^\s$])((?:[^$\\\n]|\\[^\n])*+)(?<=[^\s])\$(?![0-9])")
_PROSE = re.compile(r"(?<![\\{A-Za-z])[A-Za-z]{3,}")
_REPEATS = re.compile(r"\\overline|\([0-9]{1,9}\)")
_OPENING: Final = frozenset({"\\(", "\\["})
_CLOSING: Final = frozenset({"\\)", "\\]"})


def tokenise(text: str) -> list[Token]:
    """Cut `text` into tokens, white space and mark-up left out, and two `end` tokens."""
    return _Tokeniser(text).run()


def _fences(text: str) -> frozenset[int]:
    """Return where a `$` is the edge of a formula; everywhere else it is money."""
    if text.count("$") < 2:  # noqa: PLR2004 -- a formula has two edges
        return frozenset()
    found: list[int] = []
    for match in _FORMULA.finditer(text):
        inner = match[1]
        if not ("\\" not in inner and inner[0].isdigit() and _PROSE.search(inner)):
            found += [match.start(), match.end() - 1]
    return frozenset(found)


# `Token(...)` takes more than twice as long, and a step has dozens.
_made: "Callable[[tuple[object, ...]], Token]" = functools.partial(
    cast("Any", tuple).__new__, Token
)


def _end(size: int) -> Token:
    return Token("end", "", size, size, glued=False, fenced=True, math=False)


class _Tokeniser:
    """The loop over `TOKEN`, and what it remembers from one token to the next."""

    def __init__(self, text: str) -> None:
        self._text = text if text.isascii() else text.translate(PLAIN)
        self._fence_at = _fences(self._text)
        self._special: dict[str, Callable[[re.Match[str]], None]] = {
            "number": self._number,
            "arrow": self._arrow,
            "pair": self._pair,
            "bracket": self._bracket,
            "dollar": self._dollar,
            "point": self._point,
            "named": self._named,
            "short": self._short,
            "command": self._command,
            "other": self._other,
        }
        self.tokens: list[Token] = []
        self._last_end = -1
        self._fenced = False
        self._math = False
        self._closed_at: int = -1

    def run(self) -> list[Token]:
        append, special, simple = self.tokens.append, self._special, SIMPLE
        for match in TOKEN.finditer(self._text):
            group = match.lastgroup or "other"
            if group == "space":
                continue
            kind = simple.get(group)
            if kind is None:
                special[group](match)
                continue
            # As `_add`, without a call for each word; the space behind one is part of its match.
            start, end = match.span(group)
            glued = start == self._last_end
            fields = (kind, match[group], start, end, glued, self._fenced, self._math, 0, 0)
            append(_made(fields))
            self._last_end = end
            self._fenced = False
        size = len(self._text)
        self.tokens += [_end(size)] * 2
        return self.tokens

    def _add(self, kind: Kind, match: re.Match[str], text: str | None = None) -> None:
        start, end = match.span()
        written = match[0] if text is None else text
        glued = start == self._last_end
        fields = (kind, written, start, end, glued, self._fenced, self._math, 0, 0)
        self.tokens.append(_made(fields))
        self._last_end = end
        self._fenced = False

    def _add_value(self, match: re.Match[str], value: int | Fraction, places: int) -> None:
        start, end = match.span()
        glued = start == self._last_end
        fenced, math = self._fenced, self._math
        fields = ("number", match[0], start, end, glued, fenced, math, value, places)
        self.tokens.append(_made(fields))
        self._last_end = end
        self._fenced = False

    def _number(self, match: re.Match[str]) -> None:
        text = match[0]
        if len(text) > MAX_DIGITS:
            self._add("other", match)
        elif text.isdigit():
            self._add_value(match, int(text), 0)
        else:
            plain = text.replace("{,}", "").replace(",\\!", "").replace(",", "")
            whole, _, cut = plain.partition(".")
            value = Fraction(int(whole + cut), 10 ** len(cut)) if cut else int(whole)
            self._add_value(match, value, len(cut))

    def _fence(self, match: re.Match[str], *, math: bool) -> None:
        if math and self._closed_at >= 0 and match[0] in {"$$", "\\["}:
            if not self._text[self._closed_at : match.start()].strip():
                self._add("line", match)  # one display after another
            self._closed_at = -1
        if not math and match[0] in {"$$", "\\]"}:
            self._closed_at = match.end()
        self._math = math
        self._fenced = True
        self._last_end = -1 if math else match.end()

    def _arrow(self, match: re.Match[str]) -> None:
        text = match[0]
        is_stop = text in {"<<", ">>"} or (text[-1] in ">→⇒⇔↔" and len(text) > 1) or text in "→⇒⇔↔"
        self._add("stop" if is_stop and text != ">=" else "relation", match)

    def _pair(self, match: re.Match[str]) -> None:
        """Read `2 ** 3` and `2**3` as a power, `**2 + 3**` as bold type."""
        start, end = match.span()
        before, after = self._text[start - 1 : start], self._text[end : end + 1]
        spaced = before in {" ", ""}, after in {" ", ""}
        glued = before.isalnum() or before == ")", after.isalnum() or after in {"(", "-"}
        if all(glued) or (all(spaced) and before):
            self._add("power", match)
        else:
            self._fenced = True

    def _bracket(self, match: re.Match[str]) -> None:
        self._add("open" if match[0] in "([{" else "close", match)

    def _dollar(self, match: re.Match[str]) -> None:
        if match[0] == "$$" or match.start() in self._fence_at:
            self._fence(match, math=not self._math)
        else:
            self._add("currency", match)

    def _point(self, match: re.Match[str]) -> None:
        """Take punctuation for a stop unless it is glued into something: `1,2`, `2:3`."""
        before = self._text[match.start() - 1 : match.start()]
        after = self._text[match.end() : match.end() + 1]
        repeats = before.isdigit() and _REPEATS.match(self._text, match.end()) is not None
        inside = repeats or (after.isdigit() and (before.isdigit() or match[0] == "."))
        self._add("other" if inside and match[0] in ".,:" else "stop", match)

    def _named(self, match: re.Match[str]) -> None:
        inner = match["inner"].strip().strip("()")
        if not inner:
            return
        if inner in {",", ".", ";"}:
            self._add("stop", match)
        elif all(c.isalpha() or c in " '.-" for c in inner):
            self._add("word", match, inner)
        else:
            self._add("other", match)

    def _short(self, match: re.Match[str]) -> None:
        under = int(match["under"])
        if under:
            self._add_value(match, Fraction(int(match["over"]), under), 0)
        else:
            self._add("other", match)

    def _command(self, match: re.Match[str]) -> None:
        text = match[0]
        if text in _OPENING or text in _CLOSING:
            self._fence(match, math=text in _OPENING)
        elif text.startswith(("\\begin", "\\end")) and "{" in text:
            self._fence(match, math=text.startswith("\\begin"))
        else:
            self._add(COMMANDS.get(text, "other"), match, SIGNS.get(text))

    def _other(self, match: re.Match[str]) -> None:
        text = match[0]
        if text in FRACTIONS:
            self._add_value(match, FRACTIONS[text], 0)
        elif text in RAISED:
            self._add("power", match)
            last = self.tokens.pop()
            self.tokens.append(last._replace(end=last.start))
            self.tokens.append(last._replace(kind="number", glued=True, value=RAISED[text]))
        else:
            self._add(CHARACTERS.get(text, "other"), match)
