"""The registry of formats: a contributor writes one function, its row and its inverse."""

import dataclasses
from typing import Any

import pytest

from stepsmith.schemas import LabelledTrajectory, RecipeError, UnknownNameError
from stepsmith.transforms.format import FORMATS, Carried, Format, LeftOut, exporter
from tests.format.solutions import solution


@dataclasses.dataclass(frozen=True, kw_only=True)
class Plain:
    text: str


def _read(row: Plain) -> Carried:
    return Carried(prompt="", steps=(row.text,), labels=(None,))


@pytest.fixture
def plain() -> Format[Any, Any]:
    @exporter("test.plain", of=LabelledTrajectory, row=Plain, read=_read)
    def plain(row: LabelledTrajectory, *, upper: bool = False) -> Plain | LeftOut:
        """Write the text, and nothing else."""
        text = row.trajectory.text
        return Plain(text=text.upper() if upper else text)

    entry = FORMATS.get("test.plain")
    del FORMATS._entries["test.plain"]
    assert entry.summary == "Write the text, and nothing else."
    return entry.value


def test_options_are_checked_and_bound(plain: Format[Any, Any]) -> None:
    row = solution((True,), texts=("abc",))
    assert plain.bind({"upper": True})(row) == Plain(text="ABC")
    with pytest.raises(RecipeError, match=r"format 'test\.plain': unknown option 'uper'.*'upper'"):
        plain.bind({"uper": True})
    with pytest.raises(RecipeError, match="option 'upper' was given 'yes'"):
        plain.bind({"upper": "yes"})


def test_a_row_not_kept_never_reaches_the_exporter(plain: Format[Any, Any]) -> None:
    row = solution((True,), texts=("abc",), drop_reason="empty")
    assert plain(row) == LeftOut(reason="empty")
    assert plain(dataclasses.replace(row, drop_reason=None)) == LeftOut(reason="not kept")


def test_the_formats_that_ship_are_found_by_name() -> None:
    assert {"preference", "processbench", "trl"} <= {entry.name for entry in FORMATS}
    with pytest.raises(UnknownNameError, match="no format 'tlr'; did you mean 'trl'"):
        FORMATS.get("tlr")
