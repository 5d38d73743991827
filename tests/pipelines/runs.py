"""Runs for tests: a recipe over sums and the simulated policy, whose rows are known to the byte."""

import hashlib
import json
from pathlib import Path
from random import Random

from stepsmith.schemas.arrow import TABLES

RECIPE = """\
name = "sums"
seed = 3
shards = 4
window = 8

[source]
kind = "jsonl"
path = "{problems}"

[policy]
kind = "simulated"
error_rate = 0.15
recovery_rate = 0.05
format_failure_rate = 0.05
truncation_rate = 0.03

[engine]
latency_s = 0.0

[strategy]
kind = "monte_carlo"
solutions = 2
rollouts = 3

[verify]
outcome = "math.answer"
steps = ["math.arithmetic"]

[label]
kind = "first_error"
"""


def write_problems(path: Path, count: int, *, seed: int = 1) -> Path:
    """Write sums of two to five numbers as JSONL."""
    random = Random(seed)
    lines: list[str] = []
    for _ in range(count):
        terms = [random.randint(1, 60) for _ in range(random.randint(2, 5))]
        signs = [random.choice("+-") for _ in terms[1:]]
        text = str(terms[0])
        total = terms[0]
        for sign, term in zip(signs, terms[1:], strict=True):
            text += f" {sign} {term}"
            total += term if sign == "+" else -term
        question = f"State the final answer to the following arithmetic problem: {text} ="
        lines.append(json.dumps({"question": question, "answer": str(total)}))
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def write_recipe(folder: Path, *, problems: int = 12) -> Path:
    """Write the recipe and its problems; return the recipe's path."""
    source = write_problems(folder / "problems.jsonl", problems)
    recipe = folder / "sums.toml"
    recipe.write_text(RECIPE.format(problems=source))
    return recipe


def digests(root: Path) -> dict[str, str]:
    """Return the checksum of every file that must be the same in two runs of one recipe."""
    stages = ("searched", "judged")
    paths = [path for table in (*TABLES, *stages) for path in sorted((root / table).glob("*"))]
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (*paths, *root.glob("prior.json"))
    }
