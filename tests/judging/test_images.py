"""Images: what is warmed is there and leaves no name of ours behind."""

import subprocess
import sys

import pytest

from stepsmith.schemas.errors import UserError
from stepsmith.transforms.judging.images import image_of, images


def run(source: str) -> str:
    """Run our own trusted text in an interpreter of its own."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", source], check=True, capture_output=True, text=True
    )
    return done.stdout


@pytest.mark.parametrize("name", sorted(images()))
def test_every_snippet_runs_and_prints_nothing(name: str) -> None:
    assert run("\n".join(image_of(name).warm)) == ""


@pytest.mark.parametrize(
    ("name", "loaded"),
    [("python", ("decimal", "statistics", "heapq")), ("numeric", ("decimal", "sympy", "numpy"))],
)
def test_what_an_image_is_for_is_loaded(name: str, loaded: tuple[str, ...]) -> None:
    told = f"import sys; print(*(name in sys.modules for name in {loaded!r}))"
    assert run("\n".join((*image_of(name).warm, told))).split() == ["True"] * len(loaded)


def test_the_standard_image_loads_no_package_and_the_numeric_one_may() -> None:
    told = "import sys; print('numpy' in sys.modules)"
    assert run("\n".join((*image_of("python").warm, told))) == "False\n"
    assert [image_of(name).packages for name in ("python", "numeric")] == [False, True]


def test_images_have_keys_of_their_own_that_stay() -> None:
    keys = {name: image.key for name, image in images().items()}
    assert len(set(keys.values())) == len(keys)
    assert {name: image_of(name).key for name in keys} == keys


def test_an_unknown_image_names_the_nearest() -> None:
    with pytest.raises(UserError, match=r"no image 'numerics' in \[sandbox\]; .*'numeric'"):
        image_of("numerics")
