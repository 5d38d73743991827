"""The top of `benchmarks/` holds commands and nothing else, each run under the name of its file."""

import ast
from pathlib import Path

import pytest

from benchmarks import report

FOLDER = Path(report.__file__).parent
COMMANDS = sorted({path.stem for path in FOLDER.glob("*.py")} - {"__init__", "report"})
PARTS = sorted(
    str(path.relative_to(FOLDER))
    for path in FOLDER.rglob("*.py")
    if path.parent != FOLDER and path.name != "__init__.py"
)


def called_main(source: str) -> str | None:
    """Return the name that a module's last statement hands to `report.main`."""
    last = ast.parse(source).body[-1]
    match last:
        case ast.If(
            test=ast.Compare(left=ast.Name(id="__name__")),
            body=[
                ast.Expr(
                    ast.Call(
                        args=[
                            ast.Call(
                                func=ast.Name(id="main"),
                                args=[ast.Constant(value=str(name)), ast.Name(id="measure")],
                            )
                        ]
                    )
                )
            ],
        ):
            return name
        case _:
            return None


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_ends_by_measuring_under_its_own_name(name: str) -> None:
    assert called_main((FOLDER / f"{name}.py").read_text()) == name


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_no_benchmark_of_its_own(part: str) -> None:
    assert called_main((FOLDER / part).read_text()) is None


@pytest.mark.parametrize("part", PARTS)
def test_a_part_imports_no_command(part: str) -> None:
    tree = ast.parse((FOLDER / part).read_text())
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported.isdisjoint({f"benchmarks.{name}" for name in COMMANDS})
