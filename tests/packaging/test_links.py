"""The editable install is renewed link by link: what stays can be imported at every moment."""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

PROJECT = """
[tool.setuptools]
packages = [{packages}]
[tool.setuptools.package-data]
"stepsmith.schemas" = ["py.typed"]
"""


@pytest.fixture(scope="module")
def links(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("links", root / "scripts/links.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def project(root: Path, *packages: str, files: dict[str, str]) -> None:
    listed = ", ".join(f'"{package}"' for package in packages)
    root.mkdir(exist_ok=True)
    (root / "pyproject.toml").write_text(PROJECT.format(packages=listed))
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def held(tree: Path) -> set[str]:
    return {str(path.relative_to(tree)) for path in tree.rglob("*") if not path.is_dir()}


def test_the_links_are_the_files_of_the_wheel(
    root: Path, links: ModuleType, wheel_files: frozenset[str]
) -> None:
    packed = {name for name in wheel_files if name.startswith("stepsmith/")}
    assert {place.as_posix() for place in links.wanted_links(root)} == packed


def test_a_fresh_tree_and_one_that_is_out_of_date_become_what_is_wanted(
    links: ModuleType, tmp_path: Path
) -> None:
    root, tree = tmp_path / "root", tmp_path / "tree"
    files = {"schemas/__init__.py": "", "schemas/one.py": "", "schemas/py.typed": ""}
    old = {**files, "schemas/old/__init__.py": "", "schemas/old/part.py": ""}
    project(root, "stepsmith.schemas", "stepsmith.schemas.old", files=old)
    links.renew(tree, links.wanted_links(root))
    assert held(tree) == {f"stepsmith/{name}" for name in old}

    (tree / "stepsmith/schemas/old/__pycache__").mkdir()
    (tree / "stepsmith/schemas/old/__pycache__/part.pyc").touch()
    shutil.rmtree(root / "schemas/old")
    (root / "schemas/one.py").rename(root / "schemas/two.py")
    project(root, "stepsmith.schemas", files={})
    links.renew(tree, links.wanted_links(root))
    now = {"schemas/__init__.py", "schemas/two.py", "schemas/py.typed"}
    assert held(tree) == {f"stepsmith/{name}" for name in now}
    assert not (tree / "stepsmith/schemas/old").exists()  # it would import as an empty package


def test_a_checkout_that_moved_has_its_links_turned(links: ModuleType, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    for name in ("one", "other"):
        project(tmp_path / name, "stepsmith.schemas", files={"schemas/__init__.py": name})
        links.renew(tree, links.wanted_links(tmp_path / name))
        assert (tree / "stepsmith/schemas/__init__.py").read_text() == name
    assert held(tree) == {"stepsmith/schemas/__init__.py"}


def test_what_stays_is_there_before_and_after_every_change(
    links: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, tree = tmp_path / "root", tmp_path / "tree"
    files = {f"schemas/{name}.py": name for name in ("__init__", "stays", "goes")}
    project(root, "stepsmith.schemas", files=files)
    links.renew(tree, links.wanted_links(root))
    (root / "schemas/goes.py").rename(root / "schemas/comes.py")
    changes: list[str] = []

    def watched(name: str) -> Callable[..., Any]:
        act = getattr(os, name)

        def watch(*arguments: Any, **options: Any) -> Any:
            changes.append(name)
            done = act(*arguments, **options)
            assert (tree / "stepsmith/schemas/__init__.py").read_text() == "__init__"
            assert (tree / "stepsmith/schemas/stays.py").read_text() == "stays"
            return done

        return watch

    for name in ("symlink", "replace", "unlink"):
        monkeypatch.setattr(os, name, watched(name))
    links.renew(tree, links.wanted_links(root))
    assert changes == ["symlink", "replace", "unlink"]
    changes.clear()
    links.renew(tree, links.wanted_links(root))
    assert changes == []


@pytest.fixture
def clone(root: Path, tmp_path: Path) -> Path:
    """A project that is not installed, with the scripts and an interpreter where they look."""
    (tmp_path / "scripts").mkdir()
    for name in ("relink", "links.py"):
        shutil.copy(root / "scripts" / name, tmp_path / "scripts")
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").symlink_to(sys.executable)
    project(tmp_path, "stepsmith.schemas", files={"schemas/__init__.py": ""})
    return tmp_path


def test_the_script_renews_the_tree_that_the_environment_names(clone: Path) -> None:
    packages = clone / ".venv/lib/python3.11/site-packages"
    packages.mkdir(parents=True)
    (packages / "__editable__.stepsmith-1.0.pth").write_text(f"{clone}/build/links\n")
    subprocess.run([clone / "scripts/relink"], check=True, cwd="/")
    assert held(clone / "build/links") == {"stepsmith/schemas/__init__.py"}


def test_where_nothing_is_installed_the_script_says_what_installs_it(clone: Path) -> None:
    done = subprocess.run(
        [clone / "scripts/relink"], check=False, cwd="/", capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "run: make .venv" in done.stderr
