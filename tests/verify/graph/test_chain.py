"""Each step of a chain by what the steps before have established."""

from collections.abc import Sequence

import pytest

from stepsmith.transforms.graph.relations import Relation
from stepsmith.transforms.graph.triples import Fact
from stepsmith.transforms.verify.graph.chain import judge_chain
from stepsmith.transforms.verify.graph.classes import deciding, verdict_of
from stepsmith.transforms.verify.graph.evidence import Evidence
from tests.verify.graph.questions import BORN, CAPITAL, problem, question

OPEN = question()
CLOSED = question(world="closed")
FIRST = "The place of birth of Ada is London."
SECOND = "London is the capital of the UK."
THIRD = "The UK borders Ireland."


def evidences(steps: Sequence[str], *, closed: bool = False) -> list[Evidence | None]:
    return [deciding(step) for step in judge_chain(CLOSED if closed else OPEN, steps)]


def seen(*steps: str, closed: bool = False) -> list[tuple[str, str, str, str]]:
    return [
        ("no fact", "", "", "") if one is None else (one.step_class, one.truth, one.place, one.use)
        for one in evidences(steps, closed=closed)
    ]


def classes(*steps: str, closed: bool = False) -> list[str]:
    return [step_class for step_class, *_ in seen(*steps, closed=closed)]


def outcomes(*steps: str, closed: bool = False) -> list[str]:
    judged = judge_chain(CLOSED if closed else OPEN, steps)
    return [verdict_of(step, "closed" if closed else "open").outcome for step in judged]


def test_a_path_is_supported_hop_by_hop() -> None:
    assert seen(FIRST, SECOND, THIRD, "The answer is Ireland.") == [
        ("supported", "true", "start", "on_path"),
        ("supported", "true", "reached", "on_path"),
        ("supported", "true", "reached", "on_path"),
        ("no fact", "", "", ""),
    ]


def test_any_path_to_the_answer_counts() -> None:
    assert classes("The residence of Ada is London.", SECOND, THIRD) == ["supported"] * 3


def test_a_fact_beside_the_paths_is_true_and_of_no_use() -> None:
    step = "Ada's profession is mathematician."
    assert seen(step) == [("supported_off_path", "true", "start", "off_path")]
    assert outcomes(step) == ["valid"]
    incomplete = question(complete=False)
    [judged] = judge_chain(incomplete, [step])
    assert judged[0].evidence.use == "unlisted"


def test_a_repeated_hop_is_valid_and_says_so() -> None:
    assert seen(FIRST, FIRST)[1] == ("supported", "true", "start", "repeated")


def test_a_swapped_a_skipped_and_an_unrelated_hop_break_the_chain() -> None:
    assert classes(FIRST, THIRD, SECOND) == ["supported", "broken_chain", "supported"]
    assert classes(FIRST, THIRD) == ["supported", "broken_chain"]
    assert classes(FIRST, "Town3 is the capital of land3.", SECOND)[1] == "broken_chain"
    assert seen(FIRST, THIRD)[1] == ("broken_chain", "true", "unreached", "on_path")
    assert outcomes(FIRST, THIRD) == ["valid", "invalid"]


def test_a_break_costs_one_step_and_not_all_that_follow() -> None:
    assert classes(SECOND, THIRD) == ["broken_chain", "supported"]


def test_a_reversed_fact_is_wrong_in_an_open_world_too() -> None:
    turned = "The UK is the capital of London."
    assert seen(FIRST, turned)[1] == ("contradicted", "false", "unreached", "none")
    # Too few facts to call it one-way, and wrong all the same: nothing leads to its head.
    assert classes("Ada is the residence of London.") == ["broken_chain"]


def test_a_symmetric_fact_may_be_said_from_either_end() -> None:
    assert classes(FIRST, SECOND, "Ireland borders the UK.")[2] == "supported"


@pytest.mark.parametrize("closed", [False, True])
def test_a_denied_fact_is_contradicted(closed: bool) -> None:
    step = "It is not true that London is the capital of the UK."
    assert classes(FIRST, step, closed=closed)[1] == "contradicted"
    [_, evidence] = evidences([FIRST, step], closed=closed)
    assert evidence is not None
    assert (evidence.denied, evidence.truth, evidence.fact) == (True, "false", CAPITAL)


def test_denying_what_is_false_is_true_and_of_no_use() -> None:
    step = "London is not located in Texas."
    assert seen(FIRST, step)[1] == ("supported_off_path", "true", "reached", "none")
    assert outcomes(FIRST, step)[1] == "valid"


def test_denying_what_nobody_knows_is_undecided_unless_the_world_is_closed() -> None:
    step = "London is not the capital of France."
    assert outcomes(FIRST, step)[1] == "undecided"
    assert outcomes(FIRST, step, closed=True)[1] == "valid"


def test_a_denial_leads_nowhere() -> None:
    assert classes("It is not true that the place of birth of Ada is London.", SECOND) == [
        "contradicted",
        "broken_chain",
    ]


def test_an_absent_fact_is_undecided_or_invalid_by_the_world() -> None:
    step = "London is the capital of France."
    assert seen(FIRST, step)[1] == ("unsupported", "unknown", "reached", "none")
    assert outcomes(FIRST, step)[1] == "undecided"
    assert seen(FIRST, step, closed=True)[1] == ("unsupported", "false", "reached", "none")
    assert outcomes(FIRST, step, closed=True)[1] == "invalid"


def test_a_curated_false_fact_is_contradicted() -> None:
    assert classes(FIRST, "London is located in Texas.")[1] == "contradicted"


def test_an_ambiguous_name_is_the_one_that_makes_a_fact() -> None:
    [_, evidence] = evidences([FIRST, "Paris is the capital of France."])
    assert evidence is not None
    assert evidence.fact == Fact("paris_fr", "capital_of", "france")
    started = question(starts=("paris_tx",))
    [step] = judge_chain(started, ["Paris is the capital of France."])
    # The Paris that the question began with is another one, and of it nothing is known.
    assert step[0].evidence.step_class == "unsupported"
    assert step[0].evidence.fact == Fact("paris_tx", "capital_of", "france")


def test_denying_what_may_be_another_fact_is_undecided() -> None:
    started = question(starts=("paris_tx", "paris_fr"), paths=(), answers=("france",))
    [step] = judge_chain(started, ["Paris is not the capital of France."])
    assert step[0].evidence.step_class == "unlinked"


def test_what_follows_an_unread_step_is_never_wrong_for_its_place() -> None:
    assert classes("Ada admires London.", SECOND) == ["unlinked", "supported"]
    assert seen("Ada admires London.", SECOND)[1][2] == "named"
    # It may have named anything: nobody knows whether the next step follows.
    unknown = "The place of birth of Ada is Lundonium."
    assert seen(unknown, SECOND)[1] == ("unlinked", "true", "unknown", "on_path")
    assert outcomes(unknown, SECOND) == ["undecided", "undecided"]


def test_what_the_same_step_names_in_vain_breaks_no_chain() -> None:
    step = "Lady Byron has London as her residence, which is the capital of the UK."
    assert seen(step) == [("unlinked", "unknown", "unknown", "none")]


def test_the_worst_of_several_facts_decides() -> None:
    assert classes(f"{FIRST} {SECOND}") == ["supported"]
    assert classes(f"{SECOND} {FIRST}") == ["broken_chain"]
    assert classes(f"{FIRST} Ada admires London.") == ["unlinked"]
    assert classes(f"{FIRST} Ada's profession is mathematician.") == ["supported"]


def test_a_pronoun_is_believed_only_where_it_makes_a_fact() -> None:
    assert classes(FIRST, "It is the capital of the UK.") == ["supported", "supported"]
    assert classes(FIRST, "It is the capital of France.") == ["supported", "unlinked"]


def test_a_question_without_starts_begins_where_its_text_does() -> None:
    from stepsmith.transforms.graph.payload import read_graph_payload
    from stepsmith.transforms.verify.graph.question import make_question

    payload = read_graph_payload(problem(starts=()))
    asked = make_question(payload, prompt="Where was Ada Lovelace born?")
    assert {asked.graph.key(node) for node in asked.given} == {"ada"}


def test_the_evidence_names_the_fact_by_its_keys() -> None:
    [evidence] = evidences([FIRST])
    assert evidence is not None
    assert evidence.fact == BORN


def test_denying_what_is_false_of_one_and_unknown_of_another_is_undecided() -> None:
    started = question(starts=("paris_tx", "paris_fr"), negatives=(Fact("paris_fr", "r", "uk"),))
    [step] = judge_chain(started, ["Paris | not r | UK"])
    assert step[0].evidence.step_class == "unsupported"
    closed = question(
        starts=("paris_tx", "paris_fr"), negatives=(Fact("paris_fr", "r", "uk"),), world="closed"
    )
    [step] = judge_chain(closed, ["Paris | not r | UK"])
    assert step[0].evidence.step_class == "supported_off_path"


def test_what_a_pronoun_denies_is_undecided_whatever_it_stands_for() -> None:
    assert outcomes(FIRST, "It is not the capital of the UK.") == ["valid", "undecided"]
    assert outcomes(FIRST, "It is not located in Texas.") == ["valid", "undecided"]


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("text", ["a | r | b", "b | of_r | a", "a | not r | b"])
def test_what_a_graph_holds_and_denies_is_undecided_in_any_world(text: str, closed: bool) -> None:
    fact = Fact("a", "r", "b")
    asked = question(
        facts=(fact, Fact("c", "of_r", "d")),
        negatives=(fact,),
        names={},
        relations=(Relation(key="r", inverse="of_r"), Relation(key="of_r")),
        starts=("a",),
        answers=("b",),
        paths=(),
        options=(),
        world="closed" if closed else "open",
    )
    [step] = judge_chain(asked, [text])
    assert step[0].evidence.step_class == "unlinked"
    assert step[0].evidence.why.startswith("conflict: ")


@pytest.mark.parametrize(
    "second", ["France has the has city Paris.", "Paris is located in France."]
)
def test_a_declared_inverse_says_the_same_from_its_other_end(second: str) -> None:
    asked = question(starts=("france",), paths=(), answers=("paris_fr",), options=())
    third = "Paris is the capital of France."
    for step in judge_chain(asked, [second, third]):
        assert step[0].evidence.step_class == "supported_off_path", step
