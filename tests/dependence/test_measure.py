"""Controls and the full predictor on sets whose leaks are known."""

import dataclasses
import json
from collections.abc import Sequence

import pytest

from stepsmith.pipelines.dependence import predict
from stepsmith.pipelines.dependence.command import Dependence, measure_rows
from stepsmith.pipelines.dependence.measure import Limits
from stepsmith.pipelines.dependence.predict import folds_of
from stepsmith.pipelines.dependence.texts import Shown, alignment, crossed_words, words
from stepsmith.schemas import Evidence, UserError
from tests.evidence.made import facts, problems, rows

pytest.importorskip("sklearn", reason="scikit-learn is not installed")

LIMITS = Limits(resamples=100)


@pytest.fixture(scope="module")
def made() -> list[Evidence]:
    whole = {"train": 1.0}
    return rows(problems(facts(80), plain=24, conditional=40, splits=whole))


@pytest.fixture(scope="module")
def found(made: list[Evidence]) -> Dependence:
    return measure_rows(made, limits=LIMITS, limit=None, recipe_digest="d")


def only(made: Sequence[Evidence], block: str) -> list[Evidence]:
    return [row for row in made if row.block == block]


def test_the_conditional_block_takes_all_three(found: Dependence) -> None:
    block = found.blocks["conditional"]
    assert block.evidence_dependent
    for views in block.aucs.values():
        for view in ("claim_only", "case_only", "evidence_only"):
            assert (views[view].value, views[view].high) == (0.5, 0.5)
        assert abs(views["full_evidence_swapped"].value - 0.5) <= 0.1
    assert block.aucs["alignment"]["full"].value >= 0.95
    assert block.aucs["words"]["full_evidence_removed"].value == 0.5


def test_the_plain_block_is_refused_with_its_leak(found: Dependence) -> None:
    block = found.blocks["plain"]
    assert not block.evidence_dependent
    case, evidence = (
        block.aucs["alignment"][view].value for view in ("case_only", "evidence_only")
    )
    assert 0.62 <= case <= 0.7  # 2/3 by the design
    assert 0.78 <= evidence <= 0.86  # 5/6
    assert [reason.partition(" alone")[0] for reason in block.reasons] == [
        "case and claim",
        "evidence and claim",
    ]


def test_a_run_is_refused_where_a_block_is(found: Dependence) -> None:
    assert found.verdict == "refused"
    assert set(found.blocks) == {"plain", "conditional", "all"}
    assert any(reason.startswith("plain: evidence and claim alone") for reason in found.reasons)


def test_a_claim_whose_wording_gives_the_label_away_is_seen(made: list[Evidence]) -> None:
    leaking = [
        dataclasses.replace(row, claim=f"{row.claim} {'Surely' if row.label else 'Perhaps'}.")
        for row in only(made, "conditional")
    ]
    found = measure_rows(leaking, limits=LIMITS, limit=None)
    assert found.verdict == "refused"
    assert found.blocks["conditional"].aucs["words"]["claim_only"].value > 0.99


def test_a_set_that_no_predictor_can_tell_is_refused(made: list[Evidence]) -> None:
    blank = [dataclasses.replace(row, evidence="Nothing.") for row in only(made, "conditional")]
    found = measure_rows(blank, limits=LIMITS, limit=None)
    assert found.verdict == "refused"
    [reason] = found.reasons
    assert "case, evidence and claim together do not" in reason


def test_too_few_groups_are_no_proof(made: list[Evidence]) -> None:
    found = measure_rows(only(made, "conditional"), limits=LIMITS, limit=9)
    assert found.verdict == "refused"
    assert found.reasons == ("conditional: 9 groups of 2 labels are too few to tell",)


def test_the_order_of_rows_changes_no_byte(made: list[Evidence]) -> None:
    rows = only(made, "plain")
    one, other = (
        measure_rows(each, limits=LIMITS, limit=12).to_json() for each in (rows, rows[::-1])
    )
    assert one == other


def test_the_file_says_what_was_found(found: Dependence) -> None:
    said = json.loads(found.to_json())
    assert (said["diagnostic"], said["version"], said["verdict"], said["recipe_digest"]) == (
        "evidence_dependence",
        1,
        "refused",
        "d",
    )
    assert said["blocks"]["conditional"]["evidence_dependent"] is True
    assert said["blocks"]["conditional"]["auc"]["words"]["case_only"] == {
        "value": 0.5,
        "low": 0.5,
        "high": 0.5,
    }
    assert said["limits"]["max_control"] == 0.55


def test_the_text_says_the_verdict_and_why(found: Dependence) -> None:
    text = found.to_text()
    assert "conditional: 320 examples in 40 groups, 160 true" in text
    assert "verdict: refused" in text


def test_a_group_is_in_one_fold_and_folds_are_even() -> None:
    groups = [f"g{index // 3}" for index in range(60)]
    folds = folds_of(groups, 5)
    assert len({(group, int(fold)) for group, fold in zip(groups, folds, strict=True)}) == 20
    assert [int((folds == fold).sum()) for fold in range(5)] == [12] * 5


def test_without_scikit_learn_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sklearn.linear_model", None)
    with pytest.raises(UserError, match=r"stepsmith\[diagnostics\]"):
        predict.PREDICTORS["words"].classifier()


def test_words_are_marked_with_their_part() -> None:
    shown = Shown(evidence="Fever, high.", claim="Fever")
    assert words(shown) == ["evidence:fever", "evidence:high", "evidence:fever high", "claim:fever"]
    assert "evidence:high&claim:fever" in crossed_words(shown)


def test_alignment_does_not_depend_on_names() -> None:
    def of(one: str, two: str) -> list[float]:
        return alignment(
            Shown(
                case=f"{one} is old.",
                evidence=f"If {one} is old then {two} is high. If {one} is new then {two} is low.",
                claim=f"{two} is high.",
            )
        )

    assert of("chart", "fever") == of("scale", "cough")
    assert alignment(Shown(claim="fever is high.")) == alignment(Shown(claim="cough is low."))


def test_progress_counts_every_predictor_that_is_trained(made: list[Evidence]) -> None:
    told: list[tuple[int, int]] = []
    few = [row for row in made if row.block == "plain"]
    measure_rows(few, limits=Limits(resamples=10), limit=12, progress=lambda *at: told.append(at))
    assert told == [(done, 12) for done in range(1, 13)]
