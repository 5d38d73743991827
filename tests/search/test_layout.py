"""One strategy a file: what the folder shows at a glance is so."""

import ast
import pkgutil
from pathlib import Path

from stepsmith.transforms import search
from stepsmith.transforms.search import STRATEGIES

FOLDER = Path(search.__file__).parent
PREFIX = f"{search.__name__}."


def modules(*, packages: bool) -> set[str]:
    found = pkgutil.iter_modules(search.__path__, PREFIX)
    return {module.name for module in found if module.ispkg == packages}


def imported_by(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text()))
    return {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


def test_every_module_but_the_contract_is_one_strategy() -> None:
    own = [entry.module for entry in STRATEGIES if entry.module.startswith(PREFIX)]
    assert sorted(own) == sorted(modules(packages=False) - {f"{PREFIX}base"})


def test_a_module_is_named_like_its_strategy() -> None:
    own = [entry for entry in STRATEGIES if entry.module.startswith(PREFIX)]
    assert [entry.module for entry in own] == [f"{PREFIX}{entry.name}" for entry in own]


def test_no_strategy_is_imported_by_another_or_by_their_parts() -> None:
    strategies = modules(packages=False) - {f"{PREFIX}base"}
    paths = sorted(FOLDER.rglob("*.py"))
    assert len(paths) > len(strategies) > 0
    assert {path.name: found for path in paths if (found := imported_by(path) & strategies)} == {}
