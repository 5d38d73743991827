"""Problems of several sources, each with the solutions of others, however they are read."""

import json
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from stepsmith.schemas import RecipeError, SourceError, UnknownNameError
from stepsmith.transforms.files import LocalFiles
from stepsmith.transforms.negatives.mismatch.partners import DISTANCES, MismatchPayload
from stepsmith.transforms.source.mismatch import mismatch
from tests.negatives.mismatch.made import MANY

if TYPE_CHECKING:
    from tests.source.conftest import Everything


@pytest.fixture
def sources(tmp_path: Path) -> tuple[dict[str, Any], ...]:
    """Write the problems to a file a domain, and name both as a recipe would."""
    for domain in ("words", "algebra"):
        lines = [
            json.dumps(
                {
                    "id": each.id,
                    "question": each.prompt,
                    "answer": each.answer,
                    **json.loads(each.payload),
                }
            )
            for each in MANY
            if each.domain == domain
        ]
        (tmp_path / f"{domain}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return tuple(
        {"kind": "jsonl", "path": str(tmp_path / f"{domain}.jsonl"), "domain": domain}
        for domain in ("words", "algebra")
    )


def test_each_problem_brings_its_own_solution_and_those_of_others(
    sources: tuple[dict[str, Any], ...], local: LocalFiles, read_all: "type[Everything]"
) -> None:
    found = read_all(mismatch(sources=sources), local)
    assert found.errors == []
    assert [problem.id for problem in found.problems] == [each.id for each in MANY]
    for problem, made in zip(found.problems, MANY, strict=True):
        payload = problem.read_payload(dict[str, Any])
        mixed = payload.pop("mismatch")
        # What the problem's own verifier needs stays as it was.
        assert payload == json.loads(made.payload)
        assert "".join(mixed["reference"]) == payload["reference_solution"]
        assert (problem.prompt, problem.answer, problem.domain) == (
            made.prompt,
            made.answer,
            made.domain,
        )
    first = read_mismatch(found.problems[0].payload)
    assert [partner.distance for partner in first.partners] == list(DISTANCES)


def read_mismatch(payload: str) -> MismatchPayload:
    import msgspec

    return msgspec.convert(json.loads(payload)["mismatch"], MismatchPayload)


def test_the_division_into_parts_changes_no_partner(
    sources: tuple[dict[str, Any], ...], local: LocalFiles, read_all: "type[Everything]"
) -> None:
    whole = read_all(mismatch(sources=sources), local).problems
    source = pickle.loads(pickle.dumps(mismatch(sources=sources, part_size=3)))
    assert source.parts(local) == ["00000000-00000003", "00000003-00000006", "00000006-00000007"]
    assert read_all(source, local).problems == whole
    few = read_all(mismatch(sources=sources, size=2), local).problems
    assert few == whole[:2]
    with pytest.raises(SourceError, match="'x' is no part"):
        next(source.read("x", local))


def test_another_seed_gives_other_partners_and_more_give_more(
    sources: tuple[dict[str, Any], ...], local: LocalFiles, read_all: "type[Everything]"
) -> None:
    drawn = [
        [each.payload for each in read_all(mismatch(sources=sources, seed=seed), local).problems]
        for seed in (0, 0, 1)
    ]
    assert drawn[0] == drawn[1] != drawn[2]
    more = read_all(mismatch(sources=sources, partners=3), local).problems[0]
    assert len(read_mismatch(more.payload).partners) == 6  # one other domain, two others, three


def test_what_cannot_be_read_comes_once_and_an_id_that_comes_twice_is_an_error(
    sources: tuple[dict[str, Any], ...],
    tmp_path: Path,
    local: LocalFiles,
    read_all: "type[Everything]",
) -> None:
    with (tmp_path / "algebra.jsonl").open("a", encoding="utf-8") as file:
        file.write('\nnot json\n{"id": "row-1", "question": "?", "answer": "1", "solution": "1"}\n')
        file.write('{"question": "no solution?", "answer": "1"}\n')
    found = read_all(mismatch(sources=sources, part_size=2), local)
    assert [error.kind for error in found.errors] == ["BadJson", "DuplicateId"]
    assert "'row-1' comes twice" in found.errors[1].message
    assert len(found.problems) == len(MANY)


def test_sources_are_those_of_recipes_and_are_checked_like_them(
    sources: tuple[dict[str, Any], ...], local: LocalFiles, tmp_path: Path
) -> None:
    with pytest.raises(RecipeError, match="none is named"):
        mismatch(sources=())
    with pytest.raises(RecipeError, match="needs a kind"):
        mismatch(sources=({"path": "x"},))
    with pytest.raises(RecipeError, match="needs a kind"):
        mismatch(sources=({"kind": "mismatch", "sources": []},))
    with pytest.raises(UnknownNameError, match="did you mean 'jsonl'"):
        mismatch(sources=({"kind": "jsonnl", "path": "x"},))
    with pytest.raises(RecipeError, match="unknown option 'pth'"):
        mismatch(sources=({"kind": "jsonl", "pth": "x"},))
    (tmp_path / "bare.jsonl").write_text('{"question": "?", "answer": "1"}\n', encoding="utf-8")
    bare = mismatch(sources=({"kind": "jsonl", "path": str(tmp_path / "bare.jsonl")},))
    with pytest.raises(SourceError, match="no problem has both"):
        bare.parts(local)
