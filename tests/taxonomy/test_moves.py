"""A move is read as it was written, and judged by the taxonomy alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import Outcome, Step
from stepsmith.transforms.taxonomy.moves import (
    N_PHRASES,
    PHRASES,
    Move,
    judge,
    read_move,
    write_move,
)
from stepsmith.transforms.taxonomy.payload import View, read_hierarchy
from stepsmith.transforms.taxonomy.show import Shown, make_problem
from tests.taxonomy.made import animals

names = st.text(
    st.characters(blacklist_characters='"\r\n', blacklist_categories=("Cs",)), min_size=1
)
moves = st.one_of(
    st.builds(Move, at=names, act=st.just("stop")),
    st.builds(Move, at=names, act=st.sampled_from(("forward", "back")), to=names),
)


@given(moves, names, st.integers(0, 5))
def test_what_is_written_is_read_back(move: Move, term: str, variant: int) -> None:
    text = write_move(move, term, variant=variant)
    assert read_move(text) == read_move(f"{text}\n") == read_move(f" \n{text}  \n\n") == move


def test_there_are_as_many_reasons_for_each_act() -> None:
    assert {len(phrases) for phrases in PHRASES.values()} == {N_PHRASES}
    texts = {
        write_move(Move(at="a", act="stop"), "t", variant=variant) for variant in range(N_PHRASES)
    }
    assert len(texts) == N_PHRASES


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A robin is a bird.",
        'At "bird" I stop here for a while',
        'At "bird": "robin" goes on. Forward to the owl.',
        'Stop at "bird".',
        'At "bird": Forward to "owl", or not.',
        "At bird: Stop.",
        f'At "bird": {"x" * 5_000}. Stop.',
    ],
)
def test_anything_else_makes_no_move(text: str) -> None:
    assert read_move(text) is None


@pytest.mark.parametrize(
    "text", ['At "a"' + " Stop" * 200_000, 'At "' * 200_000, " " * 200_000, "\n" * 200_000 + "Stop"]
)
def test_a_hostile_text_is_read_to_its_end(text: str) -> None:
    assert read_move(text) is None
    assert read_move(f"{text[:3_990]} x") is None


@pytest.fixture(scope="module")
def view() -> View:
    """The place of a cat: below the mammal, beside the dog."""
    shown = Shown(children=9, grandchildren=9)
    return read_hierarchy(make_problem(animals(), "cat", shown, source="made", domain=""))


def walk(*written: str) -> list[Move]:
    """Read `thing>animal`, `animal<thing` and `animal.` as moves."""
    found: list[Move] = []
    for text in written:
        if text.endswith("."):
            found.append(Move(at=text[:-1], act="stop"))
        else:
            act = "forward" if ">" in text else "back"
            at, to = text.replace("<", ">").split(">")
            found.append(Move(at=at, act=act, to=to))
    return found


@pytest.mark.parametrize(
    ("written", "outcome", "evidence"),
    [
        (["thing>animal"], "valid", "'animal' is above a parent"),
        (["THING>Animal"], "valid", ""),
        (["thing>plant"], "invalid", "'plant' is neither a parent"),
        (["thing."], "invalid", "'thing' is above a parent"),
        (["thing>bird"], "invalid", "'bird' is no child of 'thing'"),
        (["animal>mammal"], "invalid", "starts at 'thing'"),
        (["thing>animal", "animal>mammal"], "valid", "'mammal' is a parent"),
        (["thing>animal", "mammal."], "invalid", "the move before it leads to 'animal'"),
        (["thing>animal", "animal>mammal", "mammal."], "valid", "'mammal' is a parent"),
        (["thing>animal", "animal>mammal", "mammal>dog"], "invalid", "'dog' is neither"),
        (["thing>animal", "animal>mammal", "mammal<animal"], "invalid", "'mammal' is a parent"),
        (["thing>animal", "animal<thing"], "invalid", "'animal' is above"),
        (["thing>plant", "plant<thing"], "valid", "'plant' is neither"),
        (["thing>plant", "plant<animal"], "invalid", "'animal' was not visited before"),
        (["thing>plant", "plant>rose", "rose<thing"], "valid", ""),
        (["thing>plant", "plant."], "invalid", "'plant' is neither"),
        (["thing.", "thing>animal"], "invalid", "the descent has stopped already"),
        (["unicorn."], "undecided", "unknown node: 'unicorn'"),
        (["thing>unicorn"], "undecided", "unknown node: 'unicorn'"),
    ],
)
def test_a_move_is_judged_where_it_stands(
    view: View, written: list[str], outcome: Outcome, evidence: str
) -> None:
    *before, move = walk(*written)
    steps = [Step(text=write_move(one, "cat")) for one in before]
    verdict = judge(view, move, steps)
    assert (verdict.outcome, evidence in verdict.evidence) == (outcome, True), verdict.evidence


def test_steps_that_make_no_move_are_read_over(view: View) -> None:
    thought = Step(text="Let me see. Cats are animals.")
    first = Step(text=write_move(Move(at="thing", act="forward", to="animal"), "cat"))
    down = Move(at="animal", act="forward", to="mammal")
    assert judge(view, down, [thought, first, thought]).outcome == "valid"
    # Whatever came before was no move: where it stands cannot be told to be wrong.
    assert judge(view, down, [thought]).outcome == "valid"


def test_from_a_parent_it_may_go_on_to_another_one_below_it() -> None:
    from stepsmith.transforms.taxonomy.tree import Taxonomy

    taxonomy = Taxonomy.of([("b", "a"), ("c", "b"), ("q", "b"), ("q", "c")])
    view = read_hierarchy(make_problem(taxonomy, "q", Shown(), source="made", domain=""))
    down, on, at_b, at_c = walk("a>b", "b>c", "b.", "c.")
    steps = [Step(text=write_move(one, "q")) for one in (down, on)]
    assert judge(view, on, steps[:1]).outcome == "valid"
    assert judge(view, at_b, steps[:1]).outcome == "valid"
    assert judge(view, at_c, steps).outcome == "valid"
