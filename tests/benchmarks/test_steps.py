"""The steps benchmark counts against people, lists what they passed, and believes its reader."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.data.audited import (
    AUDITED,
    Disagreement,
    audited_false_alarms,
    audited_precision,
    disagreements,
    read_audited,
)
from benchmarks.data.folder import data_folder
from benchmarks.data.step_sets import SETS, naive_opinion, read_set
from benchmarks.report import CannotRunError
from benchmarks.steps import (
    checked_of_equations,
    in_half,
    listed,
    pooled_claims,
    rows,
    set_claims,
    with_naive,
)
from stepsmith.pipelines.audit import HumanLabelled, Judged, Opinion, Rate
from stepsmith.pipelines.audit.command import HALVES, default_verifiers, half_of
from stepsmith.schemas.records import Outcome, Verdict

SAID: dict[str, Outcome] = {"!": "invalid", ".": "undecided"}


def judged(steps: Sequence[str], known: Sequence[bool | None], said: str) -> Judged:
    solution = HumanLabelled(id="s", problem="p", steps=tuple(steps), known=tuple(known))
    verdicts = tuple(
        Verdict(outcome=SAID[each], evidence="2 + 2 = 5: 4 is not 5", verifier="math.arithmetic")
        for each in said
    )
    checked = tuple(each == "!" for each in said)
    opinion = Opinion(verdicts=verdicts, checked=checked)
    return Judged(solution=solution, opinions={"math.arithmetic": opinion})


WRONG = judged(["2 + 2 = 5", "so x", "2 + 2 = 6"], [True, False, None], "!.!")
CAUGHT = judged(["2 + 2 = 5"], [False], "!")
RIGHT = judged(["a = 1", "2 + 2 =  5"], [True, True], ".!")


def test_every_set_is_in_two_halves_by_its_problems() -> None:
    halves = {half_of(f"problem {number}") for number in range(20)}
    assert halves == set(HALVES)
    found = [WRONG, CAUGHT]
    assert [len(in_half(found, half)) for half in HALVES] in ([2, 0], [0, 2])


def test_what_people_passed_is_listed_with_what_they_said() -> None:
    assert list(disagreements("set", [WRONG, CAUGHT, RIGHT])) == [
        Disagreement(
            set="set",
            problem="p",
            index=0,
            step="2 + 2 = 5",
            said="first error in step 2",
            evidence="2 + 2 = 5: 4 is not 5",
        ),
        Disagreement(
            set="set",
            problem="p",
            index=1,
            step="2 + 2 =  5",
            said="no error",
            evidence="2 + 2 = 5: 4 is not 5",
        ),
    ]


@pytest.mark.parametrize(
    ("right", "precision", "alarms"),
    [
        ("tool", Rate(3, 3), Rate(0, 3)),
        ("people", Rate(1, 3), Rate(2, 3)),
        ("unclear", Rate(1, 3), Rate(2, 3)),
        (None, Rate(1, 3), Rate(2, 3)),
    ],
)
def test_only_what_the_reader_gives_to_the_tool_counts_for_it(
    right: str | None, precision: Rate, alarms: Rate, tmp_path: Path
) -> None:
    path = tmp_path / "audited.toml"
    if right is not None:
        path.write_text(f'[[item]]\nset = "set"\nstep = "2 + 2 = 5"\nright = "{right}"\n')
    audited = read_audited(path)
    found = {"set": [WRONG, CAUGHT, RIGHT]}
    assert audited_precision(found, audited) == precision
    assert audited_false_alarms(found, audited) == alarms


def test_a_verdict_on_a_step_of_one_set_says_nothing_of_another(tmp_path: Path) -> None:
    path = tmp_path / "audited.toml"
    path.write_text('[[item]]\nset = "other"\nstep = "2 + 2 = 5"\nright = "tool"\n')
    assert audited_precision({"set": [RIGHT]}, read_audited(path)) == Rate(0, 1)


def test_the_published_list_is_complete_in_its_fields_and_has_each_step_once() -> None:
    items = tomllib.loads(AUDITED.read_text())["item"]
    fields = {"set", "half", "number", "step", "said", "verifier", "refuted", "right", "why"}
    assert all(set(item) == fields for item in items)
    assert {item["right"] for item in items} <= {"tool", "people", "unclear"}
    assert {item["half"] for item in items} <= set(HALVES)
    assert {item["set"] for item in items} <= {each.name for each in SETS}
    assert len(read_audited()) == len(items)


def test_each_step_is_listed_once() -> None:
    found = list(listed({"set": [WRONG, WRONG, RIGHT]}))
    assert [each["step"] for each in found] == ["2 + 2 = 5"]
    assert found[0]["half"] == half_of("p")


@pytest.mark.parametrize(
    ("step", "outcome", "checked"),
    [
        ("2 + 2 = 5", "invalid", True),
        ("2 + 2 = 4", "undecided", True),
        ("1 + 2 + 2 = 5", "invalid", True),  # it has no guards
        ("10 / 4 = 2", "undecided", True),
        ("1 / 0 = 2", "invalid", True),
        (r"$1,000 \times 2 = 2,000$", "undecided", True),
        ("x = 2", "undecided", False),
    ],
)
def test_the_naive_pattern_judges_whatever_looks_like_an_equation(
    step: str, outcome: str, checked: bool
) -> None:
    opinion = naive_opinion([step])
    assert (opinion.verdicts[0].outcome, opinion.checked) == (outcome, (checked,))


def test_steps_without_a_sign_are_no_equations() -> None:
    assert checked_of_equations([WRONG, RIGHT]) == Rate(3, 4)


def test_every_part_has_the_verifiers_all_together_and_the_naive_pattern() -> None:
    table = rows(with_naive([WRONG, CAUGHT]))
    assert set(table) == {"math.arithmetic", "fused", "naive"}
    assert table["fused"]["precision"] == [1, 2]
    assert table["fused"]["recall"] == [1, 2]
    assert table["math.arithmetic"]["abstained"] == {"2 + 2 = 5": 1}


def test_targets_are_on_the_verifiers_together() -> None:
    found = {each.name: with_naive([CAUGHT] if each.has_errors else [RIGHT]) for each in SETS}
    claims = {each.name: each for each in (*pooled_claims(found), *set_claims(found))}
    assert {name for name, claim in claims.items() if claim.target is not None} == {
        "steps.precision",
        "steps.precision.audited",
        "steps.false_alarms",
        "steps.multistep_arithmetic.recall",
        "steps.mr_ben_math.checked",
    }
    assert claims["steps.precision"].value == 1.0
    assert claims["steps.false_alarms"].value == 500.0
    assert claims["steps.false_alarms"].holds is False


def test_the_step_verifiers_that_are_there_are_measured() -> None:
    assert "math.arithmetic" in default_verifiers()


def test_without_data_the_reason_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STEPSMITH_DATA", str(tmp_path / "none"))
    with pytest.raises(CannotRunError, match="STEPSMITH_DATA"):
        data_folder()


@pytest.mark.parametrize("which", SETS, ids=lambda each: each.name)
def test_the_real_sets_can_be_read(which: object) -> None:
    try:
        folder = data_folder()
    except CannotRunError as error:
        pytest.skip(str(error))
    found = next(each for each in SETS if each is which)
    solutions = read_set(found, folder, most=3)
    assert len(solutions) == 3 * len(found.paths)
    assert any(each.first_error is not None for each in solutions) is found.has_errors
