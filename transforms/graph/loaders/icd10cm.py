"""ICD-10-CM as the package simple-icd-10-cm brings it: its tree, and what notes refer to."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from stepsmith.transforms.graph.errors import GraphError
from stepsmith.transforms.graph.loaders.base import graph_loader
from stepsmith.transforms.graph.relations import Relation
from stepsmith.transforms.graph.triples import Labels, Part, Rows

_CODE = r"[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?"
_REFERENCE = re.compile(rf"(?<![0-9A-Z])({_CODE})(?:-({_CODE}))?(?![0-9A-Z])")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_RELATIONS = (
    Relation(key="is_a", text="is a kind of", inverse_phrases=("has the kind",)),
    Relation(key="excludes1", text="is never coded together with"),
    Relation(key="excludes2", text="does not include"),
    Relation(key="use_additional_code", text="needs an additional code of"),
    Relation(key="code_first", text="is coded after"),
)


@graph_loader("icd10cm")
def icd10cm(paths: Sequence[str], /) -> Iterator[Part]:
    """Read ICD-10-CM: chapters, blocks and codes, and the codes that their notes refer to.

    Codes made by a seventh character are left out. A range of codes that is no block refers to
    each category in it. Takes no path.
    """
    if paths:
        msg = f"the graph format 'icd10cm' reads its package and no file such as {paths[0]}"
        raise GraphError(msg)
    icd = _package()
    codes = [
        code for code in dict.fromkeys(icd.get_all_codes()) if not icd.is_extended_subcategory(code)
    ]
    triples = [*_tree(icd, codes), *_notes(icd, codes)]
    heads, relations, tails = zip(*triples, strict=True)
    yield Rows(heads=heads, relations=relations, tails=tails)
    keys, texts = zip(*_names(icd, codes), strict=True)
    yield Labels(keys=keys, texts=texts)
    yield from _RELATIONS


def _package() -> Any:
    try:
        import simple_icd_10_cm
    except ModuleNotFoundError:
        msg = 'ICD-10-CM needs simple-icd-10-cm: pip install "stepsmith[graphs]"'
        raise GraphError(msg) from None
    return simple_icd_10_cm


def _tree(icd: Any, codes: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    for code in codes:
        parent = icd.get_parent(code)
        if parent == code:
            # A block of one category has its code: as one node it hangs where the block does.
            parent = icd.get_parent(code, prioritize_blocks=True)
        if parent:
            yield code, "is_a", parent


def _notes(icd: Any, codes: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    places = {code: place for place, code in enumerate(codes)}
    categories = sorted(code for code in codes if len(code) == len("A00") and code[0].isalpha())
    notes: Mapping[str, Callable[[str], str | list[str]]] = {
        "excludes1": icd.get_excludes1,
        "excludes2": icd.get_excludes2,
        "use_additional_code": icd.get_use_additional_code,
        "code_first": icd.get_code_first,
    }
    for code in codes:
        for relation, read in notes.items():
            said = read(code)
            for text in [said] if isinstance(said, str) else said:
                for target in _targets(text, places, categories):
                    yield code, relation, target


def _targets(text: str, known: Mapping[str, int], categories: Sequence[str]) -> Iterator[str]:
    for inside in _BRACKETS.findall(text):
        for first, last in _REFERENCE.findall(inside):
            if last and f"{first}-{last}" in known:
                yield f"{first}-{last}"
            elif last:
                within = [one for one in categories if first[:3] <= one <= last[:3]]
                yield from within if len(first) == len(last) == len("A00") else ()
                yield from (one for one in (first, last) if one in known)
            elif first in known:
                yield first


def _names(icd: Any, codes: Sequence[str]) -> Iterator[tuple[str, str]]:
    for code in codes:
        # A block's description ends in its codes.
        yield code, icd.get_description(code).removesuffix(f" ({code})")
        for term in icd.get_inclusion_term(code):
            yield code, term
