"""These tests read the tree that the package is built from, so they need it beside them."""

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    if not (ROOT / "schemas").is_dir():
        pytest.skip("the sources are not here: the tests run against an installed wheel")
    return ROOT


@pytest.fixture(scope="session")
def wheel_files(root: Path, tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    if not (root / ".git").exists() or shutil.which("git") is None:
        pytest.skip("scripts/build-wheel asks git which files belong to the tree")
    if not (root / ".venv/bin/uv").exists():
        pytest.skip("scripts/build-wheel builds with the uv of .venv, which `make .venv` sets up")
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([root / "scripts/build-wheel", folder], check=True)
    [path] = folder.glob("stepsmith-*.whl")
    with zipfile.ZipFile(path) as wheel:
        return frozenset(wheel.namelist())
