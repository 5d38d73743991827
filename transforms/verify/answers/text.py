"""Take off what changes no answer: delimiters, boxes, emphasis, the sentence's own full stop."""

import itertools
import re

from stepsmith.transforms.formula.unicode import to_ascii
from stepsmith.transforms.text.boxes import without_boxes
from stepsmith.transforms.verify.answers.spelling import respell

__all__ = [
    "MAX_CHARACTERS",
    "MAX_NESTING",
    "clean",
    "nesting",
    "same_text",
    "without_commands",
    "without_fonts",
]

MAX_CHARACTERS = 1_000
MAX_NESTING = 30

_DELIMITER = re.compile(r"(?<!\\)(?:\$+|\\[()\[\]])")
_THOUSANDS = re.compile(r"(?<=\d),\s*\\!\s*(?=\d{3})")
# `(36,104)` is a pair, though `36,104` alone is a number.
_PAIR = re.compile(r"(?:\\left)?\\?[(\[{]\s*-?\d{1,3}(?:,-?\d{1,3})+\s*(?:\\right)?\\?[)\]}]")
_DOUBLED = re.compile(r"\\\\(?=[A-Za-z])")  # as in JSON that was escaped twice
_EDGES = (("**", "**"), ("__", "__"), ("`", "`"), ('"', '"'), ("'", "'"), ("\u201c", "\u201d"))
_HEAD = " \t\r\n=:"
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)(?![A-Za-z])")
_ABOUT = re.compile(
    r"(?:\\approx(?![A-Za-z])|~|(?:approximately|about|roughly|exactly|only)\b|approx\b\.?)\s*",
    re.IGNORECASE,
)
_TAIL = " \t\r\n.,;:\\\u2713\u2714\u2705"  # and a tick
_SPACE = re.compile(r"\\(?:left|right|displaystyle)(?![A-Za-z])|\\[,;:! ]|\s+")
_FONT = re.compile(
    r"\\(?:text|textbf|textit|textrm|textnormal|mathrm|mathbf|mathit|mbox|operatorname)"
    r"\s*\{([^{}]*)\}"
)
_COMMAND = re.compile(r"\\(?:begin|end)\s*\{[^{}]*\}|\\(?:[A-Za-z]+|.)|[$~]", re.DOTALL)


def clean(text: str) -> str:
    """Return the answer in ASCII, out of its delimiters, its boxes and its sentence."""
    inside = _DELIMITER.sub(" ", without_boxes(to_ascii(text)))
    if "\\" in inside:
        inside = _THOUSANDS.sub(",", inside)
        if r"\begin" not in inside:
            inside = _DOUBLED.sub(r"\\", inside)
    inside = _ORDINAL.sub("", respell(inside.strip()))
    while True:
        inside = _closed(inside.lstrip(_HEAD).rstrip(_TAIL))
        if (about := _ABOUT.match(inside)) is not None:
            inside = inside[about.end() :]
        for left, right in _EDGES:
            if _is_wrapped(inside, left, right):
                inside = inside[len(left) : -len(right)]
                break
        else:
            return inside.replace(",", ", ") if _PAIR.fullmatch(inside) else inside


def _closed(text: str) -> str:
    """Take off a last brace that nothing opens, as extraction or a model may leave it."""
    while text.endswith("}") and not text.endswith(r"\}") and text.count("{") < text.count("}"):
        text = text[:-1].rstrip(_TAIL)
    return text


def _is_wrapped(text: str, left: str, right: str) -> bool:
    n_both = len(left) + len(right)
    return len(text) > n_both and text.startswith(left) and text.endswith(right)


def same_text(one: str, other: str) -> bool:
    """Tell whether two clean answers differ only in space, fonts and the size of brackets."""
    if one == other:
        return True
    if one.isalnum() and other.isalnum():
        return False
    return _tight(_FONT.sub(r" \1 ", one)) == _tight(_FONT.sub(r" \1 ", other))


def _tight(text: str) -> str:
    words = _SPACE.sub(" ", text).split()
    kept = words[:1]
    for before, word in itertools.pairwise(words):
        if before[-1].isalnum() and word[0].isalnum():
            kept.append(" ")  # "1 1/2" is not "11/2"
        kept.append(word)
    return "".join(kept)


def without_fonts(text: str) -> str:
    """Return the answer with the words in fonts standing as plain ones, apart from others."""
    return _FONT.sub(r" \1 ", text) if "\\" in text else text


def without_commands(text: str) -> str:
    """Return the words of an answer: no fonts, no commands, no repeated space."""
    return " ".join(_COMMAND.sub(" ", _FONT.sub(r" \1 ", text)).split())


def nesting(text: str) -> int:
    """Return how deep the brackets of any kind nest."""
    depth = deepest = 0
    for character in text:
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}":
            depth -= 1
    return deepest
