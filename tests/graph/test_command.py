"""`stepsmith graph` builds, describes, searches and checks a graph, and says what is wrong."""

import json
from pathlib import Path

import pytest

from stepsmith.pipelines.cli import main

TRIPLES = """\
ada\tborn_in\tlondon
ada\tlived_in\tlondon
bob\tborn_in\tlondon
london\tpart_of\tengland
ada\tborn_in\tlondon
"""
NAMES = "ada\tAda Lovelace\nbob\tThe Poet\nlondon\tLondon\nengland\tThe Poet\nx\tNobody\n"


@pytest.fixture
def built(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    (tmp_path / "x.tsv").write_text(TRIPLES)
    (tmp_path / "names.tsv").write_text(NAMES)
    folder = str(tmp_path / "g")
    assert run(tmp_path, "--output", folder, "--set", f"names={tmp_path / 'names.tsv'}") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"{folder}: 4 facts, 0 curated false ones, 4 nodes, 3 relations, 4 names"
    assert said[2:] == [
        "  1 rows that repeat a fact, kept once",
        "  1 names of nodes without facts, left out",
    ]
    return folder


def run(tmp_path: Path, *options: str) -> int:
    return main(["graph", "build", str(tmp_path / "x.tsv"), "--format", "tsv", *options])


def said_by(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    assert main(["graph", *arguments]) == status
    captured = capsys.readouterr()
    return captured.err or captured.out


def test_info_shows_counts_hubs_and_relations(
    built: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = said_by(capsys, "info", built, "-n", "2").splitlines()
    assert lines[4:] == [
        "hubs:",
        "            3 as tail  London (london)",
        "            2 as head  Ada Lovelace (ada)",
        "relations: facts, tails of a head, heads of a tail",
        "            2     1.00     2.00  born_in (born in)",
        "            1     1.00     1.00  lived_in (lived in)",
        "nearly functional, fewer than 1.5 tails of a head: 3 of 3 relations",
    ]
    read = json.loads(said_by(capsys, "info", built, "--json"))
    assert (read["facts"], read["duplicates"], read["unused_names"]) == (4, 1, 1)
    assert read["nearly_functional"] == ["born_in", "lived_in", "part_of"]


def test_paths_are_found_between_names_or_keys(
    built: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = said_by(capsys, "paths", built, "ada lovelace", "england").splitlines()
    end = "London (london) --part_of--> The Poet (england)"
    assert lines == [f"Ada Lovelace (ada) --{by}--> {end}" for by in ("born_in", "lived_in")]
    lines = said_by(capsys, "paths", built, "ada", "england", "--limit", "1").splitlines()
    assert lines[1:] == ["the first 1; --limit shows more"]
    assert said_by(capsys, "paths", built, "london", "ada") == (
        "no path from London (london) to Ada Lovelace (ada) of at most 3 hops past nodes of at "
        "most 200 facts\n"
    )
    capped = said_by(capsys, "paths", built, "ada", "england", "--hub-cap", "2")
    assert capped.startswith("no path from")
    assert "past" not in said_by(capsys, "paths", built, "london", "ada", "--hub-cap", "0")


def test_a_name_of_nobody_or_of_several_is_refused(
    built: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said_by(capsys, "paths", built, "Londn", "ada", status=1) == (
        "stepsmith: no node 'Londn'; did you mean 'london'?\n"
    )
    assert said_by(capsys, "paths", built, "the poet", "ada", status=1) == (
        "stepsmith: 'the poet' names 2 nodes; give the key of one: bob, england\n"
    )


def test_check_accepts_what_was_built_and_finds_a_changed_byte(
    built: str, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = said_by(capsys, "check", built)
    assert whole == f"{built}: 4 facts, sorted both ways, as they were written\n"
    file = Path(built) / "arrays.bin"
    content = bytearray(file.read_bytes())
    content[json.loads((Path(built) / "header.json").read_bytes())["arrays"]["into_pair"][2]] ^= 1
    file.write_bytes(content)
    damaged = said_by(capsys, "check", built, status=1)
    assert damaged.startswith(f"{built} is damaged; build it anew\n")
    assert "the two directions do not hold the same facts" in damaged


def test_bad_rows_fail_a_build_or_are_written_beside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.tsv").write_text(f"{TRIPLES}ada\tknew\n")
    folder = str(tmp_path / "g")
    assert run(tmp_path, "--output", folder) == 1
    assert f"{tmp_path}/x.tsv, line 6, the row: it has 2 fields" in capsys.readouterr().err
    assert not Path(folder).exists()
    assert run(tmp_path, "--output", folder, "--max-rejected", "1") == 0
    assert f"1 rows that are no facts, in {folder}/rejects.jsonl" in capsys.readouterr().out
    assert run(tmp_path, "--output", folder, "--max-rejected", "1") == 1
    assert "--overwrite replaces it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--format", "tvs"), "no graph format 'tvs'; did you mean 'tsv'?"),
        (("--format", "tsv", "--set", "ordr=x"), "unknown option 'ordr'; did you mean 'order'?"),
    ],
)
def test_unknown_formats_and_options_name_the_nearest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], said: str
) -> None:
    (tmp_path / "x.tsv").write_text(TRIPLES)
    source, folder = str(tmp_path / "x.tsv"), str(tmp_path / "g")
    assert main(["graph", "build", source, "--output", folder, *options]) == 1
    assert said in capsys.readouterr().err
