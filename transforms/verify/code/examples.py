"""Claims that are examples: interactive sessions, arrows behind a line, and written output."""

import re
from collections.abc import Iterator, Sequence

from stepsmith.transforms.verify.code.stated import Block, Says, Stated, assigned, parses

__all__ = ["arrows", "outputs", "sessions"]

_ARROW = re.compile(r"[ \t]*+#[ \t]*+(?:->|=>|→|⇒)[ \t]*+")
_PROMPT = re.compile(r"^[ \t]*+>>>[ \t]?")
_MORE = re.compile(r"^[ \t]*+\.\.\.[ \t]?")
_END = re.compile(r"""[ \t]*+(?:```|~~~|\"{3}|'{3})""")  # of a block, or of a docstring
_OUTPUT = re.compile(
    r"[ \t\r\n]*+(?:\*\*)?(?:the[ \t]+)?output(?:[ \t]+is)?(?:\*\*)?:?(?:\*\*)?[ \t]*+\r?\n",
    re.IGNORECASE,
)


def sessions(text: str) -> Iterator[Stated]:
    """Yield each example of an interactive session; what it shows nothing of runs before others."""
    lines = list(re.finditer(r"[^\n]*+\n?", text))
    at, before = 0, ""
    setup = (0, 0)  # where the lines that show nothing and stand just before an example begin, end
    while at < len(lines):
        opened = _PROMPT.match(lines[at][0])
        if opened is None:
            at += 1
            continue
        begin, source = at, lines[at][0][opened.end() :].rstrip("\r\n")
        at += 1
        while at < len(lines) and (more := _MORE.match(lines[at][0])):
            source += "\n" + lines[at][0][more.end() :].rstrip("\r\n")
            at += 1
        shown: list[str] = []
        while at < len(lines) and _is_shown(lines[at][0]):
            shown.append(lines[at][0].strip())
            at += 1
        start, end = lines[begin].start(), lines[at - 1].end()
        start = setup[0] if setup[1] == start else start
        if shown and parses(source):
            yield _example(start, end, source, shown, before)
        else:
            before += f"{source}\n"
            setup = (start, end)


def _is_shown(line: str) -> bool:
    return bool(line.strip()) and not _PROMPT.match(line) and not _END.match(line)


def _example(start: int, end: int, source: str, shown: Sequence[str], before: str) -> Stated:
    says: Says = "prints" if source.lstrip().startswith("print(") else "value"
    expected = "\n".join(shown)
    if shown[0].startswith("Traceback"):
        says, expected = "raises", shown[-1].partition(":")[0]
    return Stated(
        start=start,
        end=end,
        expression=source.strip(),
        says=says,
        expected=expected,
        before=before,
    )


def arrows(text: str, blocks: Sequence[Block]) -> Iterator[Stated]:
    """Yield `expression  # -> value`, on a line of its own at the margin."""
    for line in re.finditer(r"[^\r\n]++", text):
        arrow = _ARROW.search(line[0])
        if arrow is None or line[0][:1].isspace():
            continue
        block = next((each for each in blocks if each.start <= line.start() < each.end), None)
        begin = block.start if block else 0
        before = text[begin : line.start()]
        if block:
            before = before.partition("\n")[2]
        source = line[0][: arrow.start()].strip()
        expression = assigned(source)
        if expression:
            yield Stated(
                start=line.start(),
                end=line.end(),
                expression=expression,
                says="prints" if expression.startswith("print(") else "value",
                expected=line[0][arrow.end() :].strip().strip("`"),
                before=before if parses(before) else "",
            )


def outputs(text: str, blocks: Sequence[Block]) -> Iterator[Stated]:
    """Yield a block of code with the output that is written below it."""
    for index, block in enumerate(blocks):
        heading = _OUTPUT.match(text, block.end)
        if not block.is_code or heading is None:
            continue
        below = next((each for each in blocks[index + 1 :] if each.start == heading.end()), None)
        if below is None or (below.is_code and below.language):
            continue
        yield Stated(
            start=block.start,
            end=below.end,
            expression=block.text,
            says="prints",
            expected=below.text,
            before="\n".join(each.text for each in blocks[:index] if each.is_code),
        )
