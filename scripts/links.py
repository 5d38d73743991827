"""Renew the links that the editable install is made of, one a file: what came and what went.

Setuptools would empty the tree first, and whatever runs meanwhile would find no module. Here every
link comes before any goes, and one that stays is not touched.
"""

import os
import shutil
import sys
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
_INSTALLED = ".venv/lib/python*/site-packages/__editable__.stepsmith-*.pth"


def wanted_links(root: Path) -> dict[Path, Path]:
    """Return what the install holds, by its place in the tree: modules, and data of packages."""
    table = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["setuptools"]
    links: dict[Path, Path] = {}
    for package in table["packages"]:
        place = Path(*package.split("."))
        # `stepsmith.schemas` stands in `schemas`: the root itself is the package `stepsmith`.
        folder = root / place.relative_to("stepsmith")
        for pattern in ("*.py", *table["package-data"].get(package, ())):
            links |= {place / file.name: file for file in folder.glob(pattern)}
    return links


def renew(tree: Path, links: Mapping[Path, Path]) -> None:
    """Add and turn the links that differ, then remove what is not wanted any more."""
    for place, file in links.items():
        link = tree / place
        if not (link.is_symlink() and link.readlink() == file):
            _put(link, file)
    _prune(tree, {tree / place for place in links})


def _put(link: Path, file: Path) -> None:
    """Make a link appear whole, in place of whatever has its name."""
    link.parent.mkdir(parents=True, exist_ok=True)
    new = link.with_name(f".{link.name}.{os.getpid()}")
    new.symlink_to(file)
    new.replace(link)


def _prune(tree: Path, kept: Collection[Path]) -> None:
    """Remove links that are not kept, and folders without any: they would import as empty."""
    folders = {parent for link in kept for parent in link.parents}
    for place, inside, files in os.walk(tree):
        here = Path(place)
        if here.name == "__pycache__":
            continue
        for name in files:
            if here / name not in kept:
                (here / name).unlink(missing_ok=True)
        for name in inside:
            if here / name not in folders and name != "__pycache__":
                shutil.rmtree(here / name, ignore_errors=True)


def main() -> None:
    """Renew the tree that the environment's path file names."""
    installed = next(ROOT.glob(_INSTALLED), None)
    if installed is None:
        sys.exit("scripts/relink: stepsmith is not installed in .venv yet; run: make .venv")
    renew(Path(installed.read_text().strip()), wanted_links(ROOT))


if __name__ == "__main__":
    main()
