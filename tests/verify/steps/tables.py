"""Read the tables of steps that stand beside the tests as text."""

from collections.abc import Iterator
from pathlib import Path

from stepsmith.schemas.records import Claim, Problem, Step, Verdict
from stepsmith.transforms.verify.arithmetic import arithmetic
from stepsmith.transforms.verify.derivation import derivation
from stepsmith.transforms.verify.identity import identity

HERE = Path(__file__).parent


def names_of(folder: str) -> list[str]:
    """Return the names of the tables in a folder."""
    return sorted(path.stem for path in (HERE / folder).glob("*.txt"))


def read_table(folder: str, name: str) -> Iterator[tuple[str, Claim]]:
    """Yield each step, after its line in the table.

    A `⏎` ends a line of a step, and a `¦` stands between earlier steps and it; what begins with
    `??` is the problem.
    """
    for line in (HERE / folder / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("# "):
            yield line, _claim(line)


def _claim(line: str) -> Claim:
    parts = [part.strip(" ").replace("⏎", "\n") for part in line.split("¦")]
    prompt = parts.pop(0).removeprefix("??").strip() if parts[0].startswith("??") else ""
    *prior, step = (Step(text=part) for part in parts)
    return Claim(problem=Problem(id="p", prompt=prompt), prior=tuple(prior), step=step)


def refutations(claim: Claim) -> dict[str, str]:
    """Return what the verifiers of steps say against a step."""
    verdicts: dict[str, Verdict] = {
        "arithmetic": arithmetic(claim),
        "identity": identity(claim),
        "derivation": derivation(claim),
    }
    return {
        name: verdict.evidence for name, verdict in verdicts.items() if verdict.outcome == "invalid"
    }
