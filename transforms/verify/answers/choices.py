"""Multiple choice: the letter of an option, its text, and the options that a problem offers."""

import dataclasses
import re

import msgspec

from stepsmith.schemas.records import Problem
from stepsmith.transforms.verify.answers.text import clean, without_commands

__all__ = ["Choice", "options_of", "read_choice"]

_LETTERS = "ABCDEFGHIJ"
_LETTER = re.compile(
    r"(?:(?:[Tt]he )?(?:correct )?(?:[Oo]ption|[Cc]hoice|[Aa]nswer)(?: is|:)? )?"
    r"(?:\(([A-J]|[a-j](?=\)$))\)|([A-J])(?:[).:]|$))(?: (.*)|$)",
    re.DOTALL,
)
# A letter by itself: most answers that are no choice have none.
_MAYBE = re.compile(r"(?<![\\A-Za-z])[A-Ja-j](?![A-Za-z^_])")
_IN_PROMPT = re.compile(r"(?:^|(?<=\s))(?:\(([A-J])\)|([A-J])[).:])[^\S\n]*(?=\S)", re.MULTILINE)
_BRACES = str.maketrans("{}", "  ")
_MAX_PROMPT = 20_000


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """A letter, and the text behind it where there is one."""

    letter: str
    text: str


class _Payload(msgspec.Struct):
    options: list[str] | dict[str, str] | None = None
    choices: list[str] | dict[str, str] | None = None


def read_choice(answer: str) -> Choice | None:
    """Read a clean answer that is the letter of an option, alone or before the option's text."""
    if _MAYBE.search(answer) is None:
        return None
    plain = " ".join(without_commands(answer).translate(_BRACES).split())
    found = _LETTER.match(plain)
    if found is None:
        return None
    return Choice(letter=(found[1] or found[2]).upper(), text=(found[3] or "").strip())


def options_of(problem: Problem) -> dict[str, str]:
    """Return the options that a problem offers, from its payload or else from its prompt."""
    try:
        payload = problem.read_payload(_Payload)
    except msgspec.MsgspecError:
        return {}
    offered = payload.options if payload.options is not None else payload.choices
    if isinstance(offered, dict):
        return {letter.strip("() ").upper(): clean(text) for letter, text in offered.items()}
    if offered is not None:
        return dict(map(_lettered, range(len(_LETTERS)), offered))
    return _in_prompt(problem.prompt)


def _lettered(index: int, option: str) -> tuple[str, str]:
    """Return an option's letter and text; AQuA's options begin with the letter, `A)5`."""
    letter = _LETTERS[index]
    for head in (f"({letter})", f"{letter})", f"{letter}.", f"{letter}:"):
        if option.strip().startswith(head):
            return letter, clean(option.strip().removeprefix(head))
    return letter, clean(option)


def _in_prompt(prompt: str) -> dict[str, str]:
    """Find `(A) ... (B) ...` at the end of a prompt: letters in their order, from A."""
    if len(prompt) > _MAX_PROMPT:
        return {}
    marks = list(_IN_PROMPT.finditer(prompt))
    starts = [index for index, mark in enumerate(marks) if (mark[1] or mark[2]) == "A"]
    if not starts:
        return {}
    run = marks[starts[-1] :]
    options: dict[str, str] = {}
    for index, mark in enumerate(run):
        letter = mark[1] or mark[2]
        if letter != _LETTERS[index : index + 1]:
            break
        end = run[index + 1].start() if index + 1 < len(run) else len(prompt)
        options[letter] = clean(prompt[mark.end() : end].split("\n\n", maxsplit=1)[0])
    return options if len(options) > 1 else {}
