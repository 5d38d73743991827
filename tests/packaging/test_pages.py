"""What the pages show must work: their recipes and their plug-ins."""

import importlib.util
import os
import pickle
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from random import Random
from types import ModuleType

import pytest

from stepsmith.schemas import Problem, Step, Trajectory
from stepsmith.schemas.recipe import read_recipe
from stepsmith.transforms.job import Job
from stepsmith.transforms.search import STRATEGIES
from stepsmith.transforms.verify import VERIFIERS, get_verifier, invalid, valid

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
OUTCOMES = {"valid", "invalid", "undecided"}


def blocks(language: str) -> Iterator[tuple[str, str]]:
    """Yield the fenced blocks of one language, with the page that each stands on."""
    fenced = re.compile(rf"^```{language}\n(.*?)^```", re.DOTALL | re.MULTILINE)
    for page in PAGES:
        for found in fenced.finditer(page.read_text()):
            yield page.name, found[1]


def load(source: str, folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Import a block as a module; nothing of it is left when the test ends."""
    for registry in (VERIFIERS, STRATEGIES):
        registry.load()
        monkeypatch.setattr(registry, "_entries", dict(registry._entries))
    path = folder / f"{name}.py"
    path.write_text(source)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    return module


def shown(decorator: str) -> str:
    """Return the one block that registers a plug-in with this decorator."""
    [source] = [text for _, text in blocks("python") if f"\n@{decorator}(" in text]
    return source


@pytest.mark.parametrize(
    ("page", "text"), [found for found in blocks("toml") if "[policy]\n" in found[1]]
)
def test_every_recipe_on_a_page_can_be_run(page: str, text: str) -> None:
    recipe = read_recipe(text, where=page)
    Job(recipe=recipe, root="out/page", digest=recipe.digest()).check()


def test_every_other_toml_on_a_page_is_toml() -> None:
    assert [tomllib.loads(text) for _, text in blocks("toml")]


def test_the_contributed_verifier_keeps_its_promises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(shown("verifier"), tmp_path, "weekday", monkeypatch)
    verifier = get_verifier("calendar.weekday")
    assert pickle.loads(pickle.dumps(verifier)) is verifier
    verdicts = [verifier(case.claim, NoWorker()) for case in verifier.cases]
    assert [verdict.outcome for verdict in verdicts] == [case.outcome for case in verifier.cases]
    assert {verdict.outcome for verdict in verdicts} == OUTCOMES
    assert all(verdict.evidence for verdict in verdicts if verdict.outcome != "valid")


class NoWorker:
    def call(self, target: str, payload: bytes, *, deadline_s: float) -> bytes:
        raise NotImplementedError


def test_a_verifier_of_another_distribution_is_found_by_its_entry_point(tmp_path: Path) -> None:
    (tmp_path / "weekday.py").write_text(shown("verifier"))
    metadata = tmp_path / "weekday-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: weekday\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[stepsmith.verifiers]\nweekday = weekday\n")
    explain = ["explain", "calendar.weekday", "2024-02-29 was a Friday"]
    done = subprocess.run(
        [sys.executable, "-m", "stepsmith.pipelines", *explain],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("invalid by calendar.weekday, version 1\n")
    assert "2024-02-29 is a Thursday, not a Friday" in done.stdout


def test_the_strategy_on_its_page_stops_at_the_first_right_solution(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = load(shown("strategy"), tmp_path, "first_right", monkeypatch)
    problem = Problem(id="p", prompt="2 + 3 =", answer="5")
    answers = iter(["4", "5"])
    plan = module.first_right(problem, Random(0), attempts=8)
    [ask] = next(plan)
    for verdict in (invalid("4 is not 5"), valid()):
        steps = (Step(text=next(answers)),)
        solution = Trajectory(id=ask.path, problem_id="p", steps=steps)
        [check] = plan.send(((solution,),))
        assert check.claim.step == steps[0]
        try:
            [ask] = plan.send((verdict,))
        except StopIteration as stopped:
            rows = stopped.value
    assert [row.outcome.outcome for row in rows] == ["invalid", "valid"]
    assert [row.trajectory.id for row in rows] == ["attempt/0", "attempt/1"]
