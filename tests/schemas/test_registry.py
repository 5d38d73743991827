"""Options of plug-ins: read from a signature, shown as recipes have them, bound once checked."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import pytest
from msgspec import Meta

from stepsmith.schemas.errors import RecipeError, UserError
from stepsmith.schemas.options import Count, NotNegative, PositiveShare
from stepsmith.schemas.registry import Registry, bind_options, options_of


def plug_in(
    given: str,
    *,
    count: Count = 4,
    share: PositiveShare = 0.5,
    weight: NotNegative,
    text: Annotated[str, Meta(pattern="{answer}")] = "{answer}",
    names: tuple[str, ...] = (),
) -> tuple[object, ...]:
    return given, count, share, weight, text, names


def another(
    *,
    hops: tuple[Count, ...] = (2,),
    mode: Literal["plain", "fancy"] = "plain",
    limit: Count | None = None,
    rates: dict[str, float] | None = None,
    quick: bool = True,
    end: str = "\n",
) -> tuple[object, ...]:
    return hops, mode, limit, rates, quick, end


def test_options_are_shown_with_their_plain_type_and_where_their_values_lie() -> None:
    assert [str(option) for option in options_of(plug_in)] == [
        "count: int (>= 1) = 4",
        "share: float (> 0, <= 1) = 0.5",
        "weight: float (>= 0)",
        "text: str (matching {answer}) = '{answer}'",
        "names: list[str] = []",
    ]


def test_types_and_defaults_are_shown_as_toml_has_them() -> None:
    assert [str(option) for option in options_of(another)] == [
        "hops: list[int (>= 1)] = [2]",
        "mode: 'plain' | 'fancy' = 'plain'",
        "limit: int (>= 1), or left out",
        "rates: dict[str, float], or left out",
        "quick: bool = true",
        'end: str = "\\n"',
    ]


def test_values_at_the_bounds_are_bound_and_integers_pass_for_floats() -> None:
    bound = bind_options(plug_in, {"count": 1, "share": 1, "weight": 0}, where="here")
    assert bound("x") == ("x", 1, 1.0, 0.0, "{answer}", ())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"count": 0}, "here: option 'count' was given 0: Expected `int` >= 1; allowed: >= 1"),
        (
            {"count": 1.5},
            "option 'count' was given 1.5: Expected `int`, got `float`; allowed: >= 1",
        ),
        ({"share": 0.0}, "option 'share' was given 0.0: .*; allowed: > 0, <= 1"),
        ({"share": 1.5}, "option 'share' was given 1.5: .*; allowed: > 0, <= 1"),
        ({"share": float("nan")}, "option 'share' was given nan"),
        ({"weight": -0.1}, "option 'weight' was given -0.1: .*; allowed: >= 0"),
        ({"text": "no"}, "option 'text' was given 'no': .*; allowed: matching {answer}"),
        ({"names": [1]}, r"option 'names' was given \[1\]: Expected `str`, got `int`"),
        ({"cuont": 1}, "here: unknown option 'cuont'; did you mean 'count'"),
    ],
)
def test_a_value_outside_is_refused_with_the_place_the_value_and_what_is_allowed(
    options: dict[str, object], message: str
) -> None:
    with pytest.raises(RecipeError, match=message):
        bind_options(plug_in, {"weight": 1.0} | options, where="here")


def test_an_option_without_a_default_is_missed() -> None:
    with pytest.raises(RecipeError, match="here: missing option 'weight'"):
        bind_options(plug_in, {}, where="here")


def test_a_word_that_is_none_of_the_allowed_ones_is_answered_with_all_of_them() -> None:
    message = "here: option 'mode' was given 'fency': .*; allowed: 'plain', 'fancy'"
    with pytest.raises(RecipeError, match=message):
        bind_options(another, {"mode": "fency"}, where="here")


def test_a_plug_in_that_cannot_be_imported_is_named_with_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "my_package-0.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-package\nVersion: 0.1\n")
    (info / "entry_points.txt").write_text("[stepsmith.tests]\nday = my_package.day\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    registry = Registry[object]("test", package="json", group="stepsmith.tests")
    message = (
        r"the plug-in day = 'my_package\.day' of the package my-package \(entry points "
        r"stepsmith\.tests\) cannot be loaded: No module named 'my_package'"
    )
    with pytest.raises(UserError, match=message):
        registry.load()
