"""What the pages show must work: their recipes and their plug-ins."""

import importlib.util
import re
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
from tests.conformance.checks import CHECKS, Check

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


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


class NoWorker:
    def call(self, target: str, payload: bytes, *, deadline_s: float) -> bytes:
        raise NotImplementedError


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_contributed_verifier_conforms(
    check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(shown("verifier"), tmp_path, "weekday", monkeypatch)
    check(get_verifier("calendar.weekday"), NoWorker())


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
            rows = stopped.value.rows
    assert [row.outcome.outcome for row in rows] == ["invalid", "valid"]
    assert [row.trajectory.id for row in rows] == ["attempt/0", "attempt/1"]
