"""Which split a case, or a rule, belongs to: decided by its own content, never by its place."""

import dataclasses
import hashlib
import math
from collections.abc import Iterable, Mapping

from stepsmith.schemas.errors import RecipeError
from stepsmith.transforms.evidence.facts import CaseRecord, FactsTable
from stepsmith.transforms.text.names import fold

__all__ = ["check_splits", "split_of", "tables_of"]


def check_splits(splits: Mapping[str, float]) -> None:
    """Refuse shares that are not positive or do not add up to 1."""
    if not splits or min(splits.values()) <= 0 or not math.isclose(sum(splits.values()), 1.0):
        msg = f"splits = {dict(splits)}: shares are above 0 and add up to 1"
        raise RecipeError(msg)


def split_of(content: str, splits: Mapping[str, float], *, seed: int) -> str:
    """Return the split of a text, by its hash and the seed."""
    digest = hashlib.blake2b(f"{seed}\0{content}".encode(), digest_size=8).digest()
    place = int.from_bytes(digest, "big") / 2**64
    total = 0.0
    for name, share in splits.items():
        total += share
        if place < total:
            return name
    return list(splits)[-1]  # the shares' sum may fall short of 1 by rounding


def tables_of(
    table: FactsTable, splits: Mapping[str, float], *, seed: int
) -> dict[str, FactsTable]:
    """Cut a table into one a split, by case.

    Cases with the same text go together, or with the same name where none is shown with one, so
    that no text stands on two sides. Where some cases have a text the others are left out. A
    passage that cases of several splits have is evidence in one of these alone.
    """
    by_split: dict[str, list[str]] = {name: [] for name in splits}
    for key, case in table.cases.items():
        if case.text or not table.has_texts:
            content = fold(case.text or case.name)
            by_split[split_of(content, splits, seed=seed)].append(key)
    parts = {name: table.among(keys) for name, keys in by_split.items()}
    owners = _owners(parts, splits, seed=seed)
    return {name: _with_own_passages(part, name, owners) for name, part in parts.items()}


def _owners(
    parts: Mapping[str, FactsTable], splits: Mapping[str, float], *, seed: int
) -> Mapping[str, str]:
    """Give each passage, by `fold`, to one of the splits whose cases have it."""
    holders: dict[str, set[str]] = {}
    for name, part in parts.items():
        for passage in _passages(part.cases.values()):
            holders.setdefault(passage, set()).add(name)
    return {
        passage: split_of(passage, _among(splits, names), seed=seed)
        for passage, names in holders.items()
    }


def _among(splits: Mapping[str, float], names: set[str]) -> Mapping[str, float]:
    """Return the shares of some splits among each other."""
    total = sum(splits[name] for name in names)
    return {name: share / total for name, share in splits.items() if name in names}


def _passages(cases: Iterable[CaseRecord]) -> Iterable[str]:
    return (fold(text) for case in cases for text in case.passages.values())


def _with_own_passages(table: FactsTable, name: str, owners: Mapping[str, str]) -> FactsTable:
    cases = {
        key: dataclasses.replace(
            case,
            passages={
                said: text for said, text in case.passages.items() if owners[fold(text)] == name
            },
        )
        if case.passages
        else case
        for key, case in table.cases.items()
    }
    return dataclasses.replace(table, cases=cases)
