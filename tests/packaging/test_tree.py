import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FOLDERS = ("pipelines", "sandboxes", "schemas", "transforms")


@pytest.fixture
def setuptools_table(root: Path) -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text())["tool"]
    return table["setuptools"]


def sources(root: Path) -> Iterator[Path]:
    """Walk over the files that the package is made of, relative to the root."""
    for folder in FOLDERS:
        for path in (root / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(root)


def test_the_packages_listed_are_the_packages_there(
    root: Path, setuptools_table: dict[str, Any]
) -> None:
    there = {
        ".".join(("stepsmith", *path.parent.parts))
        for path in sources(root)
        if path.name == "__init__.py"
    }
    assert set(setuptools_table["packages"]) == there
    assert setuptools_table["packages"] == sorted(there)


def test_no_folder_of_code_lacks_its_init(root: Path) -> None:
    folders = {path.parent for path in sources(root) if path.suffix == ".py"}
    assert [folder for folder in folders if not (root / folder / "__init__.py").exists()] == []


def test_every_package_is_where_its_import_path_says(
    root: Path, setuptools_table: dict[str, Any]
) -> None:
    assert setuptools_table["package-dir"] == {f"stepsmith.{name}": name for name in FOLDERS}
    assert not (root / "stepsmith").exists()
    assert not (root / "__init__.py").exists()


def test_the_wheel_holds_one_top_level_package_and_nothing_else(
    wheel_files: frozenset[str],
) -> None:
    tops = {name.partition("/")[0] for name in wheel_files}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"stepsmith"}
    assert len(tops) == 2


def test_the_wheel_holds_every_file_of_the_tree_and_no_other(
    root: Path, wheel_files: frozenset[str]
) -> None:
    packed = {name for name in wheel_files if name.startswith("stepsmith/")}
    assert packed == {f"stepsmith/{path.as_posix()}" for path in sources(root)}


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_folder_says_that_it_is_typed(folder: str, wheel_files: frozenset[str]) -> None:
    assert f"stepsmith/{folder}/py.typed" in wheel_files


def test_the_wheel_carries_the_licence(wheel_files: frozenset[str]) -> None:
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in wheel_files)
