"""Apply a model's own chat template on our side, so that a reply can go on from any prefix."""

import dataclasses
import functools
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NoReturn, TypedDict

import jinja2
import jinja2.sandbox
import msgspec
from jinja2.ext import LoopControlExtension

from stepsmith.schemas.codec import known
from stepsmith.schemas.errors import RecipeError


class Message(TypedDict):
    """One turn of a conversation, as chat templates expect it."""

    role: Literal["user", "assistant"]
    content: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class ChatTemplate:
    """A model's chat template, with the special tokens that it may write.

    The template comes with a downloaded model, so it runs in Jinja's sandbox. It sees no clock:
    a prompt must not change with the day.
    """

    source: str
    bos: str = ""
    eos: str = ""
    origin: str = "the chat template"

    def render(self, messages: Sequence[Message]) -> str:
        """Return the conversation as raw text, up to where the model's next turn begins."""
        try:
            return _compile(self.source).render(
                messages=messages,
                add_generation_prompt=True,
                bos_token=self.bos,
                eos_token=self.eos,
                raise_exception=_refuse,
            )
        except jinja2.TemplateError as error:
            msg = f"{self.origin} cannot be applied: {error}"
            raise RecipeError(msg) from error


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Token:
    content: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class _NamedTemplate:
    name: str
    template: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class _TokenizerConfig:
    chat_template: str | tuple[_NamedTemplate, ...] | None = None
    bos_token: str | _Token | None = None
    eos_token: str | _Token | None = None


def read_chat_template(folder: str | Path) -> ChatTemplate:
    """Read the chat template of the model in `folder`, as Transformers saves it.

    `chat_template.jinja` goes before `tokenizer_config.json`, whose `default` is taken where it
    has several. Raises `RecipeError` where there is none.
    """
    config = _read_config(Path(folder) / "tokenizer_config.json")
    file = Path(folder) / "chat_template.jinja"
    if file.is_file():
        source, origin = file.read_text(encoding="utf-8"), file
    else:
        source, origin = _default(config.chat_template), Path(folder) / "tokenizer_config.json"
    if not source:
        msg = f"no chat template in {folder}: neither {file.name} nor one in {origin.name}"
        raise RecipeError(msg)
    return ChatTemplate(
        source=source,
        bos=_text(config.bos_token),
        eos=_text(config.eos_token),
        origin=str(origin),
    )


def _read_config(file: Path) -> _TokenizerConfig:
    if not file.is_file():
        return _TokenizerConfig()
    try:
        return msgspec.json.decode(file.read_bytes(), type=known(_TokenizerConfig))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        msg = f"{file} cannot be used: {error}"
        raise RecipeError(msg) from None


def _default(template: str | tuple[_NamedTemplate, ...] | None) -> str:
    if isinstance(template, tuple):
        return next((named.template for named in template if named.name == "default"), "")
    return template or ""


def _text(token: str | _Token | None) -> str:
    return token.content if isinstance(token, _Token) else token or ""


# Some templates mark the text that training learns from, by a tag that Jinja does not know. It
# becomes a block that it does know, so that the tag's own blank control still holds.
_GENERATION = re.compile(r"(\{%[-+]?\s*)(end)?generation(\s*[-+]?%\})")


@functools.lru_cache(maxsize=8)
def _compile(source: str) -> jinja2.Template:
    environment = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
        extensions=[LoopControlExtension],
    )
    environment.filters["tojson"] = functools.partial(json.dumps, ensure_ascii=False)
    known = _GENERATION.sub(
        lambda tag: f"{tag[1]}{'endif' if tag[2] else 'if true'}{tag[3]}", source
    )
    return environment.from_string(known)


def _refuse(message: str) -> NoReturn:
    raise jinja2.TemplateError(message)
