"""What a completions server says, and how its tokens line up with a text."""

import dataclasses
from collections.abc import Sequence

import msgspec

from stepsmith.schemas.records import FinishReason
from stepsmith.transforms.policy.base import Reply

_FINISH_REASONS: dict[str, FinishReason] = {"stop": "stop", "length": "length"}
_MAX_WORDS = 500


class MalformedAnswerError(ValueError):
    """The server said something that is not a completion; the message says what is wrong."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Logprobs:
    tokens: tuple[str, ...]
    token_logprobs: tuple[float | None, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Choice:
    text: str
    finish_reason: str | None = None
    index: int = 0
    logprobs: _Logprobs | None = None
    token_ids: tuple[int, ...] | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Usage:
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Completion:
    """The part of a completions answer that is read here; all else in it is ignored."""

    choices: tuple[_Choice, ...]
    usage: _Usage = _Usage()

    def replies(self, *, n: int) -> tuple[Reply, ...]:
        """Return the `n` replies in their order, or raise `MalformedAnswerError`."""
        if len(self.choices) != n:
            msg = f"asked for {n} choices, got {len(self.choices)}"
            raise MalformedAnswerError(msg)
        ordered = sorted(self.choices, key=lambda choice: choice.index)
        # The usage sums over all choices, so that it tells one reply's tokens only when alone;
        # in a group they are counted where the server names them.
        n_tokens = self.usage.completion_tokens if n == 1 else None
        return tuple(_reply(choice, self.usage.prompt_tokens, n_tokens) for choice in ordered)

    def logprobs_of(self, text: str) -> tuple[float, ...]:
        """Return the log-probabilities of an echoed prompt's last tokens, those of `text`."""
        logprobs = self.choices[0].logprobs if self.choices else None
        if logprobs is None:
            msg = "no log-probabilities of the prompt (`echo` with `logprobs`)"
            raise MalformedAnswerError(msg)
        return _known(logprobs, start=tokens_before(logprobs.tokens, text))


_DECODER = msgspec.json.Decoder(Completion)


def read_completion(words: bytes) -> Completion:
    """Decode the body of a completions answer, or raise `MalformedAnswerError`."""
    try:
        return _DECODER.decode(words)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedAnswerError(str(error)) from None


def quote(words: bytes) -> str:
    """Return the server's words for a message, cut to a readable length."""
    text = words.decode(errors="replace").strip() or "(nothing)"
    return text if len(text) <= _MAX_WORDS else f"{text[:_MAX_WORDS]}..."


def tokens_before(tokens: Sequence[str], text: str) -> int:
    """Return how many of `tokens` come before `text`, which they end with.

    Counted from the end, because a server may put a BOS in front. A token across the boundary
    belongs to the text. Raises `MalformedAnswerError` where the tokens do not spell the text.
    """
    for tokens_, text_ in (
        (tokens, text),
        # SentencePiece tokens lose their blanks when they are decoded one by one.
        (["".join(token.split()) for token in tokens], "".join(text.split())),
    ):
        if "".join(tokens_).endswith(text_):
            return _count_before(tokens_, len(text_))
    msg = f"its tokens do not spell the text {text[:80]!r}"
    raise MalformedAnswerError(msg)


def tokens_within(tokens: Sequence[str], text: str) -> int:
    """Return how many of `tokens` it takes to spell `text`, which they begin with.

    The rest is what ended the reply and is no part of it: a stop string, an EOS. All of them
    where they do not spell the text.
    """
    if not "".join(tokens).startswith(text):
        return len(tokens)
    covered = 0
    for index, token in enumerate(tokens):
        if covered >= len(text):
            return index
        covered += len(token)
    return len(tokens)


def _count_before(tokens: Sequence[str], n_characters: int) -> int:
    start, covered = len(tokens), 0
    # vLLM gives a character's first bytes as an empty token, and the character with its last.
    while start and (covered < n_characters or not tokens[start - 1]):
        start -= 1
        covered += len(tokens[start])
    return start


def _reply(choice: _Choice, n_prompt_tokens: int | None, n_tokens: int | None) -> Reply:
    finish_reason = _FINISH_REASONS.get(choice.finish_reason or "")
    if finish_reason is None:
        msg = f"finish_reason {choice.finish_reason!r} is none of {', '.join(_FINISH_REASONS)}"
        raise MalformedAnswerError(msg)
    logprobs = choice.logprobs
    if n_tokens is None and choice.token_ids is not None:
        n_tokens = len(choice.token_ids)
    if logprobs is None:
        return Reply(
            text=choice.text,
            finish_reason=finish_reason,
            n_prompt_tokens=n_prompt_tokens,
            n_tokens=n_tokens,
        )
    n_written = tokens_within(logprobs.tokens, choice.text)
    return Reply(
        text=choice.text,
        finish_reason=finish_reason,
        n_prompt_tokens=n_prompt_tokens,
        n_tokens=len(logprobs.tokens) if n_tokens is None else n_tokens,
        tokens=logprobs.tokens[:n_written],
        token_logprobs=_known(logprobs)[:n_written],
    )


def _known(logprobs: _Logprobs, *, start: int = 0) -> tuple[float, ...]:
    """Return the log-probabilities from `start` on; each of these tokens must have one."""
    known = tuple(logprob for logprob in logprobs.token_logprobs[start:] if logprob is not None)
    if len(known) != len(logprobs.tokens) - start:
        msg = "a token without its log-probability"
        raise MalformedAnswerError(msg)
    return known
