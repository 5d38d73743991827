"""The line of evidence says everything, on one line, and can be read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.graph.triples import Fact
from stepsmith.transforms.verify.graph.evidence import Evidence, read_evidence, write_evidence

facts = st.none() | st.builds(Fact, st.text(), st.text(), st.text())
evidences = st.builds(
    Evidence,
    step_class=st.sampled_from(
        ["supported", "supported_off_path", "contradicted", "unsupported", "unlinked"]
    ),
    fact=facts,
    truth=st.sampled_from(["true", "false", "unknown"]),
    place=st.sampled_from(["start", "reached", "named", "unreached", "unknown"]),
    use=st.sampled_from(["on_path", "off_path", "unlisted", "repeated", "none"]),
    denied=st.booleans(),
    score=st.floats(0, 1),
    why=st.text(),
)


@given(evidence=evidences)
def test_reading_gives_back_what_was_written(evidence: Evidence) -> None:
    line = write_evidence(evidence)
    assert line.isprintable()
    assert read_evidence(line) == evidence


def test_the_line_begins_with_the_class_and_the_fact() -> None:
    evidence = Evidence(
        step_class="contradicted",
        fact=Fact("ada", "born in", "a|b; c"),
        truth="false",
        place="start",
        denied=True,
        score=0.875,
        why="it denies what is in the graph",
    )
    assert write_evidence(evidence) == (
        r"contradicted: ada | born in | a\pb\s c; truth=false, place=start, use=none, denied,"
        " score=0.875; it denies what is in the graph"
    )


@pytest.mark.parametrize(
    "line",
    [
        "",
        "no fact: the step asserts none",
        "error: no graph",
        "supported: a | b; truth=true, place=start, use=on_path; too few",
        "guessed: a | b | c; truth=true, place=start, use=on_path; no such class",
        "supported: a | b | c; truth=maybe, place=start, use=on_path; no such truth",
        "supported: a | b | c; truth=true, place=start, use=on_path, score=1.2.3; no number",
    ],
)
def test_another_line_is_none(line: str) -> None:
    assert read_evidence(line) is None


@given(line=st.text())
def test_any_text_is_read_or_refused(line: str) -> None:
    found = read_evidence(line)
    assert found is None or read_evidence(write_evidence(found)) == found
