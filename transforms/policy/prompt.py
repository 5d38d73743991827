"""Turn a problem and the steps so far into the raw text that a policy continues.

A prompt is a TOML file: a layout (`question`, `solution`), an instruction, solved examples and
the strings that end a reply. Shipped ones are named, the user's own are given by their path.
"""

import dataclasses
import importlib.resources
import re
import tomllib
from collections.abc import Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

import msgspec

from stepsmith.schemas.codec import known
from stepsmith.schemas.errors import RecipeError, UnknownNameError, suggest
from stepsmith.schemas.records import Problem, Step
from stepsmith.transforms.policy.chat import ChatTemplate, Message

_SHIPPED = "stepsmith.transforms.policy.prompts"
_SLOT = "{prompt}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Shot:
    """A solved example. `when`: shown only for problems in whose prompt this pattern is found."""

    prompt: str
    solution: str
    when: str | None = None

    def suits(self, problem: Problem) -> bool:
        """Say whether the example is shown for `problem`."""
        return self.when is None or re.search(self.when, problem.prompt) is not None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Prompt:
    """What surrounds a problem.

    `question` holds `{prompt}` once, and stands for it in every example too; `solution` leads in
    to what the policy writes. `plain` joins everything as text, with `separator` between
    examples; `chat` sends the examples as turns through the model's chat template.
    """

    question: str
    style: Literal["plain", "chat"] = "plain"
    instruction: str = ""
    solution: str = ""
    separator: str = "\n\n"
    shots: tuple[Shot, ...] = ()
    stop: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what could only fail later, at the first problem."""
        if self.question.count(_SLOT) != 1:
            msg = f"question must hold {_SLOT} exactly once, was given {self.question!r}"
            raise ValueError(msg)
        for shot in self.shots:
            try:
                re.compile(shot.when or "")
            except re.error as error:
                msg = f"when was given {shot.when!r}, which is no pattern: {error}"
                raise ValueError(msg) from None


def load_prompt(name_or_path: str) -> Prompt:
    """Load a shipped prompt by its name, or one of the user's by its path (`.toml`).

    Raises `RecipeError` naming the file and what is wrong in it.
    """
    file = _find(name_or_path)
    try:
        fields = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        msg = f"prompt {name_or_path!r} cannot be read: {error}"
        raise RecipeError(msg) from None
    except ValueError as error:  # not TOML, or not UTF-8
        msg = f"prompt {name_or_path!r} is not TOML: {error}"
        raise RecipeError(msg) from None
    _refuse_unknown(fields, Prompt, where=f"prompt {name_or_path!r}")
    for index, shot in enumerate(_tables(fields.get("shots"))):
        _refuse_unknown(shot, Shot, where=f"prompt {name_or_path!r}, shots[{index}]")
    try:
        return msgspec.convert(fields, known(Prompt))
    except msgspec.ValidationError as error:
        msg = f"prompt {name_or_path!r}: {error}"
        raise RecipeError(msg) from None


def shipped_prompts() -> tuple[str, ...]:
    """Return the names of the shipped prompts, sorted."""
    files = importlib.resources.files(_SHIPPED).iterdir()
    return tuple(sorted(Path(file.name).stem for file in files if file.name.endswith(".toml")))


def render(
    prompt: Prompt,
    problem: Problem,
    prefix: Sequence[Step] = (),
    *,
    chat_template: ChatTemplate | None = None,
) -> str:
    """Return the raw text to continue; it ends with the text of the `prefix`, exactly.

    Raises `RecipeError` where a chat prompt has no chat template.
    """
    shots = [shot for shot in prompt.shots if shot.suits(problem)]
    written = prompt.solution + "".join(step.text for step in prefix)
    question = _ask(prompt, problem.prompt)
    if prompt.style == "plain":
        blocks = [prompt.instruction] if prompt.instruction else []
        blocks += [_ask(prompt, shot.prompt) + prompt.solution + shot.solution for shot in shots]
        return prompt.separator.join([*blocks, question + written])
    if chat_template is None:
        msg = "a chat prompt needs the model's chat template: set chat_template to its folder"
        raise RecipeError(msg)
    messages: list[Message] = []
    for shot in shots:
        messages.append(Message(role="user", content=_ask(prompt, shot.prompt)))
        messages.append(Message(role="assistant", content=prompt.solution + shot.solution))
    messages.append(Message(role="user", content=question))
    if prompt.instruction:
        # Not a system message: several models' templates refuse that role.
        first = messages[0]["content"]
        messages[0] = Message(role="user", content=prompt.instruction + prompt.separator + first)
    return chat_template.render(messages) + written


def _ask(prompt: Prompt, text: str) -> str:
    # Not str.format: braces in a problem are its own.
    return prompt.question.replace(_SLOT, text)


def _find(name_or_path: str) -> Traversable:
    if name_or_path.endswith(".toml") or "/" in name_or_path:
        return Path(name_or_path)
    if name_or_path not in shipped_prompts():
        msg = f"no prompt {name_or_path!r}; {suggest(name_or_path, shipped_prompts())}"
        raise UnknownNameError(msg)
    return importlib.resources.files(_SHIPPED) / f"{name_or_path}.toml"


def _tables(value: object) -> list[dict[str, object]]:
    try:
        return msgspec.convert(value, list[dict[str, object]])
    except msgspec.ValidationError:
        return []  # not tables: the conversion of the whole says so, with the path


def _refuse_unknown(fields: dict[str, object], kind: type[Prompt | Shot], *, where: str) -> None:
    allowed = [field.name for field in dataclasses.fields(kind)]
    for name in fields:
        if name not in allowed:
            msg = f"{where}: unknown key {name!r}; {suggest(name, allowed)}"
            raise RecipeError(msg)
