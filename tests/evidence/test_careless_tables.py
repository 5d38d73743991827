# ruff: noqa: RUF001 - a look-alike letter is one of the ways to be careless
"""No example of a careless table is labelled both ways, and nothing of it stands in two splits."""

import collections
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stepsmith.schemas import ErrorRecord, Evidence, Problem, RecipeError, SourceError
from stepsmith.transforms.evidence.facts import CaseFact, FactsTable
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.source.facts_table import facts_table
from tests.evidence.made import problems, rows

FINDINGS = ("cough", "fever", "rash")


def table(
    make: Callable[[str, str, str, Random], CaseFact], *, n_cases: int = 60
) -> Iterator[CaseFact]:
    """Yield a fact for each case and finding, in one of two states by chance."""
    random = Random(7)
    for number in range(n_cases):
        for finding in FINDINGS:
            state = random.choice(("present", "absent"))
            yield make(f"c{number:02d}", finding, state, random)


def labels_of(made: list[Evidence]) -> set[frozenset[bool]]:
    """Return which labels examples have that a reader cannot tell apart."""
    found: dict[tuple[str, ...], set[bool]] = collections.defaultdict(set)
    for row in made:
        texts = (row.case, row.evidence, row.claim)
        found[tuple(text.casefold() for text in texts)].add(row.label)
    return set(map(frozenset, found.values()))


def test_a_state_in_another_case_is_not_the_contrary_of_itself() -> None:
    def make(case: str, finding: str, state: str, random: Random) -> CaseFact:
        spelt = random.choice((state, state.title(), f" {state.upper()}".strip()))
        return CaseFact(case=case, finding=random.choice((finding, finding.title())), state=spelt)

    made = rows(problems(table(make)))
    assert {row.state.casefold() for row in made} == {"present", "absent"}
    assert len({row.finding.casefold() for row in made}) == len({row.finding for row in made})
    assert labels_of(made) == {frozenset((True,)), frozenset((False,))}


@pytest.mark.parametrize("pair", [("present", "Present"), ("1", "1.0"), ("present", "рresent")])
def test_two_spellings_of_one_state_make_no_group(pair: tuple[str, str]) -> None:
    def make(case: str, finding: str, state: str, random: Random) -> CaseFact:
        del state
        return CaseFact(case=case, finding=finding, state=random.choice(pair))

    with pytest.raises(SourceError, match=r"60 cases, 0 of 3 findings in several states"):
        problems(table(make))


def test_a_passage_that_says_both_findings_is_not_off_topic() -> None:
    def make(case: str, finding: str, state: str, random: Random) -> CaseFact:
        del random
        return CaseFact(case=case, finding=finding, state=state, evidence=f"Film of {case}.")

    with pytest.raises(SourceError, match="says nothing else of the two"):
        problems(table(make), conditional=0)


def test_a_passage_that_says_two_facts_is_evidence_beside_a_third() -> None:
    def make(case: str, finding: str, state: str, random: Random) -> CaseFact:
        del random
        film = f"Film of {case}." if finding != "rash" else f"Skin of {case}: {state}."
        return CaseFact(case=case, finding=finding, state=state, evidence=film)

    made = rows(problems(table(make), conditional=0))
    assert {row.finding for row in made} >= {"rash"}
    assert labels_of(made) == {frozenset((True,)), frozenset((False,))}
    assert all(
        {"rash"} & {row.finding, row.evidence_finding} for row in made if row.pool == "topic"
    )


def test_a_passage_for_either_state_is_evidence_for_none() -> None:
    def make(case: str, finding: str, state: str, random: Random) -> CaseFact:
        text = random.choice(("Unremarkable.", f"{case}: {finding} {state}."))
        return CaseFact(case=case, finding=finding, state=state, evidence=text)

    made = rows(problems(table(make), conditional=0))
    assert not [row for row in made if row.evidence == "Unremarkable."]
    assert labels_of(made) == {frozenset((True,)), frozenset((False,))}


def test_a_passage_of_many_cases_stands_in_one_split() -> None:
    def make(case: str, finding: str, state: str, random: Random) -> CaseFact:
        del random
        text = f"{state} {finding}, film {int(case[1:]) % 9}."
        return CaseFact(case=case, finding=finding, state=state, evidence=text)

    splits = collections.defaultdict(set)
    for row in rows(problems(table(make, n_cases=200), conditional=0)):
        splits[row.evidence].add(row.split)
    assert {len(found) for found in splits.values()} == {1}


def test_cases_with_one_text_are_one_case_whatever_their_keys() -> None:
    def make(case: str, finding: str, state: str, random: Random) -> CaseFact:
        del random
        text = f"History  of patient {int(case[1:]) // 2}."
        text = text if int(case[1:]) % 2 else text.replace("  ", " ")
        return CaseFact(case=case, finding=finding, state=state, text=text)

    made = rows(problems(table(make, n_cases=200), conditional=0))
    assert labels_of(made) == {frozenset((True,)), frozenset((False,))}
    known = FactsTable.of(table(make, n_cases=200))
    assert len(known.cases) == 100
    # What two rows say of one text either way is held against nobody.
    assert all(len(known.cases[row.case_id].states(row.finding)) == 1 for row in made)


def test_names_that_differ_in_case_alone_stand_in_one_split() -> None:
    def make(case: str, finding: str, state: str, random: Random) -> CaseFact:
        name = f"Case {int(case[1:]) // 2}"
        name = random.choice((name, name.upper()))
        return CaseFact(case=case, finding=finding, state=state, name=name)

    splits = collections.defaultdict(set)
    for row in rows(problems(table(make, n_cases=100), conditional=0)):
        splits[int(row.case_id[1:]) // 2].add(row.split)
    assert {len(found) for found in splits.values()} == {1}


def test_a_reference_is_not_called_as_the_case_is() -> None:
    def make(case: str, finding: str, state: str, random: Random) -> CaseFact:
        del random
        return CaseFact(case=case, finding=finding, state=state, name=f"N{int(case[1:]) // 10}")

    names = {fact.case: fact.name for fact in table(make, n_cases=100)}
    for row in rows(problems(table(make, n_cases=100), conditional=0)):
        assert names[row.evidence_id.split("/")[0]] != names[row.case_id]


def test_a_modifier_of_the_recipe_is_found_in_any_spelling_and_missed_with_the_nearest() -> None:
    def make(case: str, finding: str, state: str, random: Random) -> CaseFact:
        del random
        return CaseFact(case=case, finding=finding.title(), state=state)

    declared = {"modifiers": "declared", "splits": {"all": 1.0}, "plain": 0}
    made = rows(problems(table(make), modified_by={"fever": "COUGH"}, **declared))
    assert {(row.finding, row.modifier) for row in made} == {("Fever", "Cough")}
    with pytest.raises(
        RecipeError, match=r"modified_by: no finding 'Fevr' .* did you mean 'Fever'"
    ):
        problems(table(make), modified_by={"Fevr": "Cough"}, **declared)


def read(path: Path, **options: object) -> list[Problem | ErrorRecord]:
    source = facts_table(path=str(path), **options)  # type: ignore[arg-type]  # one option a test
    return list(source.read("groups", LocalFiles()))


def test_a_case_of_two_texts_is_an_error_and_its_facts_are_left_out(tmp_path: Path) -> None:
    lines = ["case,finding,state,text"]
    lines += [
        f"{fact.case},{fact.finding},{fact.state},Note on {fact.case}."
        for fact in table(
            lambda case, finding, state, _: CaseFact(case=case, finding=finding, state=state)
        )
    ]
    (path := tmp_path / "facts.csv").write_text(
        "\n".join([*lines, "c00,pallor,present,Another note."])
    )
    found = read(path)
    errors = [one for one in found if isinstance(one, ErrorRecord)]
    assert [(one.kind, one.field) for one in errors] == [("AmbiguousCase", "text")]
    assert errors[0].message == (
        "the case 'c00' has 2 texts ('Note on c00.', 'Another note.'), and facts are checked"
        " against one; give each text a case of its own"
    )
    made = rows([one for one in found if isinstance(one, Problem)])
    assert made
    assert "c00" not in {row.case_id for row in made}


def test_what_is_not_a_number_is_an_empty_field(tmp_path: Path) -> None:
    columns = {
        "case": ["a", "b"],
        "finding": ["temperature", "temperature"],
        "state": [37.0, float("nan")],
    }
    pq.write_table(pa.table(columns), path := tmp_path / "facts.parquet")
    with pytest.raises(SourceError, match="1 case, 0 of 1 finding"):
        read(path)
