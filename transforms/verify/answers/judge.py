"""The ladder from two texts to a decision: cheap and certain rungs first, the worker last."""

import functools
from collections.abc import Mapping

from stepsmith.schemas.records import Problem
from stepsmith.transforms.verify.answers.arbitrary import may_be_one_family
from stepsmith.transforms.verify.answers.choices import Choice, options_of, read_choice
from stepsmith.transforms.verify.answers.clocks import compare_clocks
from stepsmith.transforms.verify.answers.compare import compare_answers
from stepsmith.transforms.verify.answers.comparison import Comparison
from stepsmith.transforms.verify.answers.dates import compare_dates, is_in_digits
from stepsmith.transforms.verify.answers.decision import Decision, decided, quoted, uncertain
from stepsmith.transforms.verify.answers.fallback import ask_math_verify
from stepsmith.transforms.verify.answers.measures import compare_measures
from stepsmith.transforms.verify.answers.phrases import core
from stepsmith.transforms.verify.answers.reading import (
    compare_otherwise,
    may_repeat,
    read_answer,
    with_thousands,
)
from stepsmith.transforms.verify.answers.show import show
from stepsmith.transforms.verify.answers.text import (
    MAX_CHARACTERS,
    MAX_NESTING,
    clean,
    nesting,
    same_text,
)
from stepsmith.transforms.verify.answers.words import (
    compare_words,
    has_words,
    is_in_words,
    spell_in_digits,
)
from stepsmith.transforms.verify.base import BREAKDOWNS, Worker
from stepsmith.transforms.verify.cache import Cache, CacheStatistics, RememberingWorker

__all__ = [
    "Decision",
    "clean_answer",
    "decide",
    "decide_here",
    "forget",
    "limits",
    "statistics",
    "unreadable",
]

_SIGNS_FOR_WORDS = {
    r"\emptyset": "no solution",
    r"\varnothing": "no solution",
    r"\infty": "infinity",
    r"-\infty": "negative infinity",
}
_NOON = ("m", "M", "m}", "M}", "m.}", "M.}")


def _is_lasting(decision: Decision) -> bool:
    return decision.evidence.partition(":")[0] not in BREAKDOWNS


_decisions: Cache[Decision] = Cache(
    max_entries=20_000, max_characters=4_000_000, is_result=_is_lasting
)
_replies: Cache[bytes] = Cache(max_entries=20_000, max_characters=4_000_000)


def forget() -> None:
    """Empty this process's caches."""
    _decisions.clear()
    _replies.clear()
    read_answer.cache_clear()
    clean_answer.cache_clear()


def statistics() -> dict[str, CacheStatistics]:
    """Return what this process's caches have done."""
    return {"decisions": _decisions.statistics(), "replies": _replies.statistics()}


def limits(name: str, text: str) -> Decision | None:
    """Refuse a text that is too long or nests too deep, before anything reads it."""
    if len(text) > MAX_CHARACTERS:
        return uncertain("too long", f"the {name} answer has {len(text)} characters")
    if (depth := nesting(text)) > MAX_NESTING:
        return uncertain("too deep", f"the {name} answer nests {depth} brackets")
    return None


@functools.lru_cache(maxsize=4_096)
def clean_answer(text: str) -> str:
    """Return `clean(text)`; a gold answer is cleaned once for all its solutions."""
    return clean(text)


def decide(gold: str, given: str, problem: Problem, worker: Worker) -> Decision:
    """Compare an answer with the gold one; whatever this machine fails at is `undecided`.

    The same two answers and options of the problem give the same decision, remembered or not.
    """
    refused = limits("gold", gold) or limits("given", given)
    if refused is not None:
        return refused
    pair = clean_answer(gold), clean_answer(given)
    options = _options(*pair, problem)
    key = (*pair, *(part for option in options.items() for part in option))
    return _decisions.remember(key, lambda: _decide(*pair, options, worker))


def decide_here(gold: str, given: str, problem: Problem) -> Decision | None:
    """Decide as `decide` does where that needs no worker, else return nothing."""
    refused = limits("gold", gold) or limits("given", given)
    pair = ("", "") if refused else (clean_answer(gold), clean_answer(given))
    return refused or _without_worker(*pair, _options(*pair, problem))


def _options(gold: str, given: str, problem: Problem) -> dict[str, str]:
    """Look for the problem's options where one of the answers is the letter of one."""
    is_choice = read_choice(gold) is not None or read_choice(given) is not None
    return options_of(problem) if is_choice else {}


def _decide(gold: str, given: str, options: Mapping[str, str], worker: Worker) -> Decision:
    here = _without_worker(gold, given, options)
    return here or ask_math_verify(gold, given, RememberingWorker(worker, _replies))


def _without_worker(gold: str, given: str, options: Mapping[str, str]) -> Decision | None:
    if same_text(gold, given):
        return Decision("valid", f"{quoted(given)} is the gold answer", gold, given)
    found = (
        _by_choice(gold, given, options)
        or _by_date(gold, given)
        or _by_clock(gold, given)
        or _by_measure(gold, given)
        or _by_words(gold, given)
        or _by_formula(gold, given)
    )
    if found is not None and found.outcome == "invalid" and _are_grouped_alike(gold, given):
        return uncertain("thousands", f"{quoted(given)} or {quoted(gold)} may be grouped by points")
    return found


def _are_grouped_alike(gold: str, given: str) -> bool:
    grouped = with_thousands(gold), with_thousands(given)
    return grouped != (gold, given) and _is_valid(_without_worker(*grouped, {}))


def _by_choice(gold: str, given: str, options: Mapping[str, str]) -> Decision | None:
    right, chosen = read_choice(gold), read_choice(given)
    if right is None and chosen is None:
        return None
    if right is not None and chosen is not None:
        return decided(gold, given, equal=right.letter == chosen.letter)
    letter, text = (right, given) if right is not None else (chosen, gold)
    if letter is None:
        return None
    return _letter_and_text(gold, given, letter, text, options)


def _letter_and_text(
    gold: str, given: str, choice: Choice, text: str, options: Mapping[str, str]
) -> Decision | None:
    """Compare the letter of an option with an answer in full."""
    if text.upper() == choice.letter:  # a small letter, which may be a variable
        same = decided(gold, given, equal=True)
        return same if options else uncertain("choice", f"{quoted(gold)} or {quoted(given)}")
    offered = dict(options)
    if choice.text:
        offered.setdefault(choice.letter, choice.text)
    if choice.letter in offered:
        meant = _without_worker(offered[choice.letter], text, {})
        if meant is not None and meant.outcome == "valid":
            return decided(gold, given, equal=True)
        others = [each for letter, each in options.items() if letter != choice.letter]
        if any(_is_valid(_without_worker(each, text, {})) for each in others):
            return decided(gold, given, equal=False)
        return uncertain("choice", f"{quoted(given)} may be none of the options")
    if any(character.isalpha() for character in text) and not has_words(text):
        return None  # letters may be variables here
    return uncertain("choice", f"the options are not known for {quoted(given)}")


def _is_valid(decision: Decision | None) -> bool:
    return decision is not None and decision.outcome == "valid"


def _by_date(gold: str, given: str) -> Decision | None:
    if not is_in_digits(gold) and not is_in_digits(given):
        return None
    equal = compare_dates(gold, given)
    if equal is None:
        return uncertain("date", f"{quoted(given)} may or may not be {quoted(gold)}")
    return decided(gold, given, equal=equal)


def _by_clock(gold: str, given: str) -> Decision | None:
    equal = compare_clocks(gold, given) if gold.endswith(_NOON) or given.endswith(_NOON) else None
    return None if equal is None else decided(gold, given, equal=equal)


def _by_measure(gold: str, given: str) -> Decision | None:
    try:
        compared = compare_measures(gold, given)
    except OverflowError:  # beyond what floats and their logarithms can hold
        return uncertain("too large to compute", f"{quoted(given)} or {quoted(gold)}")
    return None if compared is None else _concluded(gold, given, compared, (gold, given))


def _by_words(gold: str, given: str) -> Decision | None:
    """Compare answers in words, which a reader of formulas would take for products of letters."""
    values = core(gold), core(given)
    if values != (gold, given):
        return _without_worker(*values, {})
    gold, given = (
        (_SIGNS_FOR_WORDS.get(text, text) for text in (gold, given))
        if (has_words(gold) or has_words(given))
        else (gold, given)
    )
    in_words = [is_in_words(spell_in_digits(text)) for text in (gold, given)]
    if not any(in_words):
        return None
    if all(in_words):
        equal = compare_words(gold, given)
        if equal is not None:
            return decided(gold, given, equal=equal)
    return uncertain("words", f"{quoted(given)} cannot be compared with {quoted(gold)}")


def _by_formula(gold: str, given: str) -> Decision | None:
    one, other = read_answer(gold), read_answer(given)
    if isinstance(one, str) or isinstance(other, str):
        return None
    try:
        compared = compare_answers(one, other)
        if compared == "different":
            compared = compare_otherwise(gold, given)
        elif compared == "same" and (may_repeat(gold) or may_repeat(given)):
            compared = "converted"
        if compared == "different" and may_be_one_family(one, other):
            return uncertain("any number", f"letters of {quoted(given)} may stand for any number")
    except OverflowError:  # a number beyond what floats and their logarithms can hold
        return uncertain("too large to compute", f"{quoted(given)} or {quoted(gold)}")
    return _concluded(gold, given, compared, (show(one), show(other)))


def _concluded(
    gold: str, given: str, compared: Comparison, readings: tuple[str, str]
) -> Decision | None:
    if compared == "unknown":
        return None
    if compared in {"rounded", "converted"}:
        evidence = f"{compared}: {quoted(given)} may stand for {quoted(gold)}"
        return Decision("undecided", evidence, *readings)
    return decided(gold, given, equal=compared == "same", readings=readings)


def unreadable(gold: str, worker: Worker) -> str:
    """Say why a clean gold answer can be compared as text only; nothing where it can be read."""
    if read_choice(gold) is not None or is_in_words(spell_in_digits(gold)):
        return ""
    if compare_clocks(gold, gold) or not isinstance(read_answer(gold), str):
        return ""
    decision = ask_math_verify(gold, gold, worker)
    return "" if decision.outcome == "valid" else decision.evidence
