"""Explaining a verdict: the outcome, the evidence, and what the verifier saw."""

import dataclasses
import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from stepsmith.pipelines.explain import explain, read_problem
from stepsmith.sandboxes.contract import Execution, Sandbox
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.schemas import Claim, UnknownNameError, UserError, Verdict
from stepsmith.schemas.registry import Entry
from stepsmith.schemas.sandbox import SandboxSettings
from stepsmith.transforms.verify import (
    VERIFIERS,
    Finding,
    Tools,
    Verifier,
    get_verifier,
    invalid,
    valid,
)

ANSWERED = read_problem(None, answer="18")


def test_a_refuted_step_comes_with_its_evidence_and_what_was_seen() -> None:
    lines = explain("math.arithmetic", "so 2 + 3 = 6", prior=["Add 2 and 3."])
    first, evidence, *seen = lines.splitlines()
    assert first.startswith("invalid by math.arithmetic, version ")
    assert evidence.startswith("  evidence  2 + 3 = 6 ")
    assert seen[-3:] == [
        "  step      'so 2 + 3 = 6'",
        "  before    'Add 2 and 3.\\n'",
        "  answer    (none)",
    ]


def test_the_answer_reaches_verifiers_of_outcomes() -> None:
    text = explain("math.answer", "The answer is 18.", problem=ANSWERED)
    assert text.splitlines()[0].startswith("valid by math.answer")
    assert "  answer    '18'" in text.splitlines()


def test_steps_before_are_lines_of_their_own() -> None:
    text = explain("math.answer", "That is all.", prior=["The answer is 18."], problem=ANSWERED)
    assert text.splitlines()[0].startswith("valid by math.answer")


def test_each_finding_says_what_was_seen_read_computed_and_decided(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def look(claim: Claim) -> Iterable[Finding]:
        text = claim.step.text
        yield Finding(
            text=text[3:], start=3, end=9, read="a sum", computed="5 and 6", decision="false"
        )
        yield Finding(
            text="so", start=0, end=2, read="", computed="", decision="not judged: a word"
        )

    chosen = dataclasses.replace(get_verifier("math.arithmetic"), trace=look)
    monkeypatch.setattr("stepsmith.pipelines.explain.get_verifier", lambda name: chosen)
    lines = explain("math.arithmetic", "so 2+3=6").splitlines()
    assert lines[2:-2] == [
        "  saw       '2+3=6' (characters 3-9)",
        "  read      a sum",
        "  computed  5 and 6",
        "  decided   false",
        "  saw       'so' (characters 0-2)",
        "  decided   not judged: a word",
    ]


@pytest.mark.parametrize("names", ["all", "math.arithmetic, math.answer"])
def test_several_verifiers_answer_one_after_another_about_the_same_step(names: str) -> None:
    lines = explain(names, "so 2 + 3 = 6", problem=ANSWERED).splitlines()
    heads = [line.split(",")[0] for line in lines if not line.startswith(" ")]
    assert {"invalid by math.arithmetic", "undecided by math.answer"} <= set(heads)
    assert len(heads) == (len(list(VERIFIERS)) if names == "all" else 2)
    assert sum(line.startswith("  step ") for line in lines) == 1


def test_an_unknown_verifier_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"did you mean 'math\.arithmetic'"):
        explain("math.arithmetc", "1")


def test_the_text_does_not_control_the_terminal() -> None:
    text = explain(
        "math.arithmetic",
        "\x1b[2J 2 + 3 = 6\u202e",
        prior=["\x9b"],
        problem=read_problem(None, answer="\x07"),
    )
    assert all(character.isprintable() for character in text.replace("\n", ""))


@pytest.fixture
def problems(tmp_path: Path) -> str:
    rows = [
        {"task_id": "T/0", "prompt": "def f(): ...", "test": "assert f() == 1"},
        {"task_id": "T/1", "prompt": "def g(): ...", "test": "assert g() == 2", "answer": "2"},
    ]
    path = tmp_path / "problems.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    return str(path)


def test_a_problem_is_read_from_a_file_with_all_that_it_holds(problems: str) -> None:
    first, second = read_problem(problems), read_problem(problems, "T/1")
    assert [first.prompt, second.prompt] == ["def f(): ...", "def g(): ..."]
    assert (first.answer, second.answer) == (None, "2")
    assert json.loads(second.payload)["test"] == "assert g() == 2"


def test_what_is_given_beside_the_file_wins(problems: str) -> None:
    given = read_problem(problems, "T/1", prompt="p", answer="3", payload="{}")
    assert (given.id, given.prompt, given.answer, given.payload) == ("T/1", "p", "3", "{}")


def test_a_payload_that_is_not_json_is_no_problem_of_the_verifier() -> None:
    with pytest.raises(UserError, match=r"^--payload '\{\"graph\": ' is not JSON: "):
        read_problem(None, payload='{"graph": ')


def test_a_problem_that_is_not_there_names_the_nearest(problems: str) -> None:
    with pytest.raises(UserError, match=r"has no problem 'T/2'; did you mean 'T/\d'"):
        read_problem(problems, "T/2")


def test_a_file_that_is_no_table_says_where(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"prompt": ')
    with pytest.raises(UserError, match=r"bad\.jsonl, line 1: bad JSON"):
        read_problem(str(path))


@pytest.fixture
def needy(monkeypatch: pytest.MonkeyPatch) -> str:
    """Register a verifier that runs the step, on a machine without any sandbox."""

    def check(claim: Claim, tools: Tools) -> Verdict:
        result = tools.sandbox.run(Execution(id="", source=claim.step.text))
        return valid() if result.exit_code == 0 else invalid(result.outcome)

    entry = Verifier(name="test.runs", version="1", cases=(), check=check, needs=Sandbox)
    VERIFIERS.load()
    monkeypatch.setitem(
        VERIFIERS._entries,
        "test.runs",
        Entry(name="test.runs", value=entry, summary="", module=__name__),
    )

    def refuse(settings: SandboxSettings) -> Sandbox:
        msg = f"no level of {settings.minimum!r} or better"
        raise SandboxError(msg)

    monkeypatch.setattr("stepsmith.pipelines.explain.open_shared", refuse)
    return "test.runs"


def test_where_no_sandbox_can_be_had_the_one_that_is_named_fails(needy: str) -> None:
    settings = SandboxSettings(minimum="ns")
    with pytest.raises(SandboxError, match="no level of 'ns' or better"):
        explain(needy, "print(1)", sandbox=settings)


def test_where_no_sandbox_can_be_had_all_others_answer(needy: str) -> None:
    lines = explain("all", "so 2 + 3 = 6").splitlines()
    at = lines.index(f"not asked: {needy}, version 1")
    assert lines[at + 1] == "  sandbox   no level of 'self' or better"
    assert any(line.startswith("invalid by math.arithmetic") for line in lines)


def test_a_verifier_of_code_runs_it_where_it_can_do_no_harm() -> None:
    problem = read_problem(None, payload='{"test_list": ["assert f(1) == 3"]}')
    try:
        text = explain("code.tests", "def f(x): return x + 1", problem=problem)
    except SandboxError as error:
        pytest.skip(f"no sandbox here: {error}")
    assert text.splitlines()[0].startswith("invalid by code.tests, version ")
    assert text.splitlines()[1].endswith("f(1) == 3: expected 3, got 2")
