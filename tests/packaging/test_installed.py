"""What is installed is whole: its modules, what the pages name, its files, its commands.

In the tree all of it is there. `scripts/test-wheel` runs these where only a wheel is.
"""

import importlib
import pkgutil
import re
import subprocess
import sys
import tomllib
from importlib import resources
from pathlib import Path

import pytest

from stepsmith.pipelines.cli import main
from stepsmith.pipelines.listing import listing

ROOT = Path(__file__).parents[2]
SETUPTOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
GENERATED = re.compile(
    r'generate\.(\w+)\((?:"([a-z-]+)"[^)]*)?\)[^\n]*\]\]\] -->\n(.*?)<!--', re.DOTALL
)


@pytest.mark.parametrize("folder", ["pipelines", "sandboxes", "schemas", "transforms"])
def test_every_module_can_be_imported(folder: str) -> None:
    package = importlib.import_module(f"stepsmith.{folder}")
    found = [one.name for one in pkgutil.walk_packages(package.__path__, f"stepsmith.{folder}.")]
    assert found
    for name in found:
        if not name.endswith(".__main__"):
            importlib.import_module(name)


def test_the_packages_are_those_of_the_project() -> None:
    for name in SETUPTOOLS["packages"]:
        assert importlib.import_module(name).__file__, name  # a folder without its init has none


@pytest.mark.parametrize("package", SETUPTOOLS["package-data"])
def test_a_package_has_the_files_that_are_no_modules(package: str) -> None:
    names = [file.name for file in resources.files(package).iterdir() if file.is_file()]
    for pattern in SETUPTOOLS["package-data"][package]:
        assert [name for name in names if Path(name).match(pattern)], pattern


def named(kind: str) -> set[str]:
    """Return the plug-ins of a kind that have a section on the pages, which the tree wrote."""
    found: set[str] = set()
    for page in (ROOT / "docs").glob("*.md"):
        for function, argument, text in GENERATED.findall(page.read_text()):
            if kind in (argument, function):
                found |= set(re.findall(r"^#+ `([^`]+)`$", text, re.MULTILINE))
    return found


KINDS = ("audit-formats", "formats", "labelers", "policies", "sources", "steps", "strategies")


@pytest.mark.parametrize("kind", [*KINDS, "verifiers"])
def test_every_plug_in_that_has_a_section_on_the_pages_is_registered(kind: str) -> None:
    lines = listing(kind).splitlines()
    assert named(kind)
    assert named(kind) <= {line.partition(" ")[0] for line in lines if not line.startswith(" ")}


def actions(capsys: pytest.CaptureFixture[str], *command: str) -> list[str]:
    """Ask a command for its help; return the commands below it."""
    with pytest.raises(SystemExit) as left:
        main([*command, "--help"])
    assert left.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith(f"usage: {' '.join(('stepsmith', *command))} ")
    listed = re.search(r"^  (?:COMMAND|ACTION)\n(.*?)\n\n", said, re.DOTALL | re.MULTILINE)
    return [] if listed is None else re.findall(r"^    (\S+)", listed[1], re.MULTILINE)


def test_every_command_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    commands = actions(capsys)
    below = {command: actions(capsys, command) for command in commands}
    for command, names in below.items():
        for name in names:
            assert actions(capsys, command, name) == []
    assert {"run", "audit", "export", "list"} <= set(commands)
    assert {"build", "check"} <= set(below["graph"])


def test_the_command_is_installed_beside_its_interpreter() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("stepsmith"), "list", "recipes"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{listing('recipes')}\n"
