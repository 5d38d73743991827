"""Segmenters: nothing is lost, nothing is blank, and a cut does not depend on what follows it."""

import pickle
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import RecipeError, UnknownNameError
from stepsmith.transforms.text.segment import SEGMENTERS, get_segmenter

NAMES = [entry.name for entry in SEGMENTERS]

# Arbitrary text hardly ever holds a boundary: mix it with the things that make one.
_BOUNDARIES = (
    "\n", "\n\n", "\r\n", "\r", "\x00", " ", "\t", "  \n", "Step 1: ", "step 2.", "**Step 3:**",
    "\nStep 4:", "3.14", "e.g. ", "i.e., ", "1. ", "Fig. 3", "Dr. No", ". ", "! ", "? ", ".",
    "so ", "So ", '." ', "\u2028", "\u00a0", "$x$",
)  # fmt: skip
texts = st.lists(st.sampled_from(_BOUNDARIES) | st.text(max_size=8), max_size=16).map("".join)


@pytest.mark.parametrize("name", NAMES)
class TestEverySegmenter:
    @given(text=texts, max_pieces=st.none() | st.integers(1, 5))
    def test_joining_the_pieces_gives_back_the_text(
        self, name: str, text: str, max_pieces: int | None
    ) -> None:
        assert "".join(get_segmenter(name, max_pieces=max_pieces)(text)) == text

    @given(text=texts)
    def test_no_piece_is_blank_unless_the_text_is(self, name: str, text: str) -> None:
        pieces = get_segmenter(name)(text)
        assert all(pieces)
        if text.strip():
            assert all(piece.strip() for piece in pieces)
        else:
            assert len(pieces) == min(1, len(text))

    @given(text=texts, max_pieces=st.integers(1, 5))
    def test_there_are_at_most_max_pieces(self, name: str, text: str, max_pieces: int) -> None:
        assert len(get_segmenter(name, max_pieces=max_pieces)(text)) <= max_pieces

    @given(text=texts, max_pieces=st.integers(1, 5))
    def test_merging_only_joins_neighbours(self, name: str, text: str, max_pieces: int) -> None:
        whole = get_segmenter(name)(text)
        merged = get_segmenter(name, max_pieces=max_pieces)(text)
        sums = {"".join(whole[:count]) for count in range(len(whole) + 1)}
        assert all("".join(merged[:count]) in sums for count in range(len(merged) + 1))

    @given(text=texts, data=st.data())
    def test_a_prefix_of_whole_pieces_and_the_rest_are_cut_the_same(
        self, name: str, text: str, data: st.DataObject
    ) -> None:
        segment = get_segmenter(name)
        pieces = segment(text)
        count = data.draw(st.integers(0, len(pieces)))
        assert segment("".join(pieces[:count])) == pieces[:count]
        assert segment("".join(pieces[count:])) == pieces[count:]

    def test_it_pickles(self, name: str) -> None:
        segment = pickle.loads(pickle.dumps(get_segmenter(name, max_pieces=2)))
        assert segment("a\nb") == get_segmenter(name, max_pieces=2)("a\nb")

    def test_it_is_described(self, name: str) -> None:
        assert SEGMENTERS.get(name).summary.endswith(".")

    @pytest.mark.parametrize(
        "unit", ["\n", " ", ".", ". ", "a. ", "\n \n", "e.g. ", "step 1:", "*"]
    )
    def test_a_megabyte_of_anything_takes_a_moment(self, name: str, unit: str) -> None:
        text = unit * (1_000_000 // len(unit))
        started = time.process_time()
        pieces = get_segmenter(name)(text)
        assert time.process_time() - started < 20
        assert "".join(pieces) == text

    def test_less_than_one_piece_is_refused(self, name: str) -> None:
        with pytest.raises(RecipeError, match="max_pieces = 0"):
            get_segmenter(name, max_pieces=0)


def _begins_with_words(text: str) -> bool:
    return bool(text.partition("\n")[0].strip())


@given(before=texts, after=texts)
def test_lines_written_after_a_whole_line_are_cut_as_if_alone(before: str, after: str) -> None:
    segment = get_segmenter("line")
    before += "x\n"
    if _begins_with_words(after):
        assert segment(before + after) == segment(before) + segment(after)


@given(before=texts, after=texts)
def test_paragraphs_written_after_a_blank_line_are_cut_as_if_alone(before: str, after: str) -> None:
    segment = get_segmenter("blank_line")
    before += "x\n\n"
    if _begins_with_words(after):
        assert segment(before + after) == segment(before) + segment(after)


@given(before=texts, after=texts)
def test_marked_steps_written_after_a_line_are_cut_as_if_alone(before: str, after: str) -> None:
    segment = get_segmenter("marker")
    before, after = before + "x\n", "Step 7: " + after
    assert segment(before + after) == segment(before) + segment(after)


def test_a_line_keeps_its_newline_and_the_next_its_indentation() -> None:
    assert get_segmenter("line")("a\n\n  \n  b\r\nc") == ("a\n\n  \n", "  b\r\n", "c")


def test_blank_lines_before_the_first_word_stay_with_it() -> None:
    assert get_segmenter("line")("\n\na\nb") == ("\n\na\n", "b")


def test_a_paragraph_runs_to_its_blank_lines() -> None:
    assert get_segmenter("blank_line")("a\nb\n \n\nc\r\n\r\nd\n") == (
        "a\nb\n \n\n",
        "c\r\n\r\n",
        "d\n",
    )


@pytest.mark.parametrize(
    "head", ["Step 2:", "step 2.", "**Step 2:**", "### Step 2 -", "STEP 2)", "  Step 2**:"]
)
def test_a_step_marker_begins_a_piece_however_it_is_dressed(head: str) -> None:
    text = f"First.\n{head} then 4 = 4\n"
    assert get_segmenter("marker")(text) == ("First.\n", f"{head} then 4 = 4\n")


def test_a_step_named_in_a_sentence_is_no_marker() -> None:
    text = "Step 1: 2 + 2 = 4\nStep 1 gives 4, see Step 1: above\n"
    assert get_segmenter("marker")(text) == (text,)


def test_a_pattern_replaces_the_marker() -> None:
    segment = get_segmenter("marker", pattern=r"(?m)^\d+\)")
    assert segment("1) a\n2) b\n") == ("1) a\n", "2) b\n")


def test_a_pattern_that_matches_nothing_at_all_still_loses_nothing() -> None:
    assert get_segmenter("marker", pattern="")("ab c") == ("a", "b ", "c")


def test_a_broken_pattern_is_refused_by_name() -> None:
    with pytest.raises(RecipeError, match=re.escape("pattern '(' is not a regular expression")):
        get_segmenter("marker", pattern="(")


@pytest.mark.parametrize(
    "pieces",
    [
        ("It costs 3.50 dollars. ", "So two cost 7.00."),
        ("Take e.g. Bob, i.e. 5 apples. ", "Then go on!"),
        ("See Fig. 3 and Eq. 4, approx. 5 of them. ", "Next."),
        ("See No. 5. ", "The answer is no. ", "Then go on."),
        ("Dr. Smith et al. say so. ", "Who? ", "He."),
        ('He said "go." ', "She went."),
        ("It is 12. ", "That is all."),
        ("1. Add them. ", "2. Take one off. "),
        ("Now x = 2\n", "y = 3\n\n", "Done."),
        ("Point A. ", "Then B."),
        ("wait... no, it is 5. ", "Yes."),
        ("**Sum.** ", "It is 5."),
    ],
)
def test_a_sentence_ends_where_a_reader_would_end_it(pieces: tuple[str, ...]) -> None:
    assert get_segmenter("sentence")("".join(pieces)) == pieces


@pytest.mark.parametrize(
    ("max_pieces", "sizes"),
    [(1, [7]), (2, [4, 3]), (3, [3, 3, 1]), (4, [2, 2, 2, 1]), (6, [2, 2, 2, 1]), (7, [1] * 7)],
)
def test_merging_follows_visualprm(max_pieces: int, sizes: list[int]) -> None:
    pieces = get_segmenter("line", max_pieces=max_pieces)("x\n" * 7)
    assert [piece.count("x") for piece in pieces] == sizes


def test_an_unknown_segmenter_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="no segmenter 'lines'; did you mean 'line'"):
        get_segmenter("lines")


def test_an_unknown_option_names_the_nearest() -> None:
    with pytest.raises(RecipeError, match=r"unknown option 'max_piece'; did you mean 'max_pieces'"):
        get_segmenter("line", max_piece=3)
