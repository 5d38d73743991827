"""WordNet's database files: synsets as nodes, their words as names."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from stepsmith.transforms.graph.loaders.base import graph_loader, some_paths
from stepsmith.transforms.graph.loaders.lines import read_text
from stepsmith.transforms.graph.relations import Relation
from stepsmith.transforms.graph.triples import Labels, Part, RejectedRow, Rows

INSTALLED = "/usr/share/wordnet"
_PARTS = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}
_MARKERS = ("(a)", "(p)", "(ip)")


class _Said(NamedTuple):
    key: str
    text: str
    inverse: str | None = None


_POINTERS: Mapping[str, _Said] = {
    "!": _Said("antonym", "is the opposite of", "antonym"),
    "@": _Said("hypernym", "is a kind of", "hyponym"),
    "@i": _Said("instance_hypernym", "is an instance of", "instance_hyponym"),
    "~": _Said("hyponym", "has the kind", "hypernym"),
    "~i": _Said("instance_hyponym", "has the instance", "instance_hypernym"),
    "#m": _Said("member_holonym", "is a member of", "member_meronym"),
    "#s": _Said("substance_holonym", "is a substance of", "substance_meronym"),
    "#p": _Said("part_holonym", "is a part of", "part_meronym"),
    "%m": _Said("member_meronym", "has the member", "member_holonym"),
    "%s": _Said("substance_meronym", "contains the substance", "substance_holonym"),
    "%p": _Said("part_meronym", "has the part", "part_holonym"),
    "=": _Said("attribute", "has the attribute", "attribute"),
    "+": _Said("derivationally_related", "is derivationally related to", "derivationally_related"),
    ";c": _Said("topic_domain", "belongs to the topic", "in_topic_domain"),
    "-c": _Said("in_topic_domain", "is the topic of", "topic_domain"),
    ";r": _Said("region_domain", "belongs to the region", "in_region_domain"),
    "-r": _Said("in_region_domain", "is the region of", "region_domain"),
    ";u": _Said("usage_domain", "has the usage", "in_usage_domain"),
    "-u": _Said("in_usage_domain", "is the usage of", "usage_domain"),
    "*": _Said("entailment", "entails"),
    ">": _Said("cause", "causes"),
    "^": _Said("also_see", "is seen with"),
    "$": _Said("verb_group", "is in a group of verbs with", "verb_group"),
    "&": _Said("similar_to", "is similar to", "similar_to"),
    "<": _Said("participle_of", "is a participle of"),
    "\\": _Said("pertainym", "pertains to"),
}


class _Synset(NamedTuple):
    place: tuple[str, str]
    kind: str
    words: list[str]
    pointers: list[tuple[str, tuple[str, str]]]


@graph_loader("wordnet")
def wordnet(paths: Sequence[str], /) -> Iterator[Part]:
    """Read WordNet's files data.* and index.* of a folder; keys are such as dog.n.01."""
    [folder] = some_paths(paths or (INSTALLED,), "wordnet")
    senses = dict(_senses(folder))
    synsets: list[_Synset] = []
    for name, part in _PARTS.items():
        for read in _synsets(folder / f"data.{name}", part):
            if isinstance(read, RejectedRow):
                yield read
            else:
                synsets.append(read)
    keys = {synset.place: _key(synset, senses) for synset in synsets}
    triples = [
        (keys[synset.place], _POINTERS[symbol].key, keys[target])
        for synset in synsets
        for symbol, target in synset.pointers
    ]
    heads, relations, tails = zip(*triples, strict=True)
    yield Rows(heads=heads, relations=relations, tails=tails)
    named = [
        (keys[synset.place], word.replace("_", " ")) for synset in synsets for word in synset.words
    ]
    names, texts = zip(*named, strict=True)
    yield Labels(keys=names, texts=texts)
    for said in _POINTERS.values():
        symmetric = said.inverse == said.key
        inverse = None if symmetric else said.inverse
        yield Relation(key=said.key, text=said.text, inverse=inverse, symmetric=symmetric)


def _senses(folder: Path) -> Iterator[tuple[tuple[str, str], list[str]]]:
    """Read, of each word and part of speech, the places of its synsets in the order of senses."""
    for name, part in _PARTS.items():
        for line in _lines(folder / f"index.{name}"):
            word, _, count, *rest = line.split()
            yield (part, word), rest[-int(count) :]


def _synsets(path: Path, part: str) -> Iterator[_Synset | RejectedRow]:
    for number, line in enumerate(read_text(path).splitlines(), 1):
        if line.startswith(" "):
            continue  # the licence, which stands before the rows
        try:
            yield _synset(line.partition(" | ")[0].split(), part)
        except (IndexError, KeyError, ValueError) as error:
            why = f"not a synset: {error}"
            yield RejectedRow(file=str(path), line=number, field="the row", why=why)


def _synset(fields: Sequence[str], part: str) -> _Synset:
    offset, _, kind = fields[:3]
    n_words = int(fields[3], 16)
    words = [_plain(word) for word in fields[4 : 4 + 2 * n_words : 2]]
    first = 5 + 2 * n_words
    n_pointers = int(fields[first - 1])
    pointers = [
        (fields[at], ("a" if fields[at + 2] == "s" else fields[at + 2], fields[at + 1]))
        for at in range(first, first + 4 * n_pointers, 4)
    ]
    for symbol, _ in pointers:
        _POINTERS[symbol]
    return _Synset((part, offset), kind, words, pointers)


def _plain(word: str) -> str:
    for marker in _MARKERS:
        word = word.removesuffix(marker)
    return word


def _key(synset: _Synset, senses: Mapping[tuple[str, str], Sequence[str]]) -> str:
    part, offset = synset.place
    word = synset.words[0].lower()
    number = senses[part, word].index(offset) + 1
    return f"{word}.{synset.kind}.{number:02}"


def _lines(path: Path) -> Iterator[str]:
    return (line for line in read_text(path).splitlines() if not line.startswith(" "))
