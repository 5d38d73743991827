"""What a run is expected to cost, with an interval; and afterwards, how that compares."""

import dataclasses
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from stepsmith.schemas.codec import known
from stepsmith.transforms.drive.rehearse import Cost
from stepsmith.transforms.files import Files

_RESAMPLES = 2_000
_INTERVAL = (5, 95)
_QUANTITIES = tuple(field.name for field in dataclasses.fields(Cost))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Quantity:
    """An expected total, and the ends of its 90 % interval."""

    expected: float
    low: float
    high: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class Totals:
    """What all problems of a run cost together, by the fields of `Cost`."""

    samples: Quantity
    prompt_tokens: Quantity
    tokens: Quantity
    rows: Quantity


@dataclasses.dataclass(frozen=True, kw_only=True)
class Estimate:
    """What a run of `n_problems` is expected to ask for, judging by `n_tried` problems.

    `method` says how those were tried: "rates" rehearses the strategy in a world of the given
    `rates`, "probe" searches the first problems in earnest. `engine_hours` are null where no
    `tokens_per_s` is known.
    """

    recipe_digest: str
    method: str
    n_problems: int
    n_tried: int
    n_failed: int = 0
    rates: Mapping[str, float] = dataclasses.field(default_factory=dict[str, float])
    totals: Totals
    tokens_per_s: float | None = None
    engine_hours: Quantity | None = None


def extrapolate(costs: Sequence[Cost], n_problems: int, *, seed: int = 0) -> Totals:
    """Estimate the totals over `n_problems` that cost as these did, by a bootstrap.

    The intervals hold both what is not known of the mean and how much the problems of a run
    differ by chance. They assume that the problems are alike; a cost of none is none.
    """
    each = np.array([dataclasses.astuple(cost) for cost in costs], dtype=float)
    rng = np.random.default_rng(seed)
    picks = rng.integers(len(each), size=(_RESAMPLES, len(each)))
    quantities: dict[str, Quantity] = {}
    for column, name in enumerate(_QUANTITIES):
        drawn = each[:, column][picks]
        chance = rng.standard_normal(_RESAMPLES) * np.sqrt(n_problems) * drawn.std(axis=1)
        totals = np.maximum(n_problems * drawn.mean(axis=1) + chance, 0.0)
        low, high = np.percentile(totals, _INTERVAL)
        expected = n_problems * float(each[:, column].mean())
        quantities[name] = Quantity(expected=expected, low=float(low), high=float(high))
    return Totals(**quantities)


def hours(tokens: Quantity, tokens_per_s: float) -> Quantity:
    """Turn reply tokens into hours of an engine that writes so many a second, all told."""
    per_hour = tokens_per_s * 3600
    return Quantity(
        expected=tokens.expected / per_hour, low=tokens.low / per_hour, high=tokens.high / per_hour
    )


def write_estimate(files: Files, path: str, estimate: Estimate) -> None:
    """Write an estimate beside the run that it is about."""
    files.write(path, msgspec.json.format(msgspec.json.encode(estimate), indent=1) + b"\n")


def read_estimate(files: Files, path: str, *, digest: str) -> Estimate | None:
    """Read the estimate of a recipe; nothing where there is none, or one of another recipe."""
    if not files.exists(path):
        return None
    with files.open_read(path) as file:
        estimate = msgspec.json.decode(file.read(), type=known(Estimate))
    return estimate if estimate.recipe_digest == digest else None


def compare(
    estimate: Estimate, actual: Mapping[str, float | None]
) -> dict[str, dict[str, float | None]]:
    """Put what was planned beside what was; the ratio is the actual over the planned."""
    compared: dict[str, dict[str, float | None]] = {}
    for name, value in actual.items():
        planned: Quantity | None = getattr(
            estimate if name == "engine_hours" else estimate.totals, name
        )
        if planned is None:
            continue
        ratio = value / planned.expected if value is not None and planned.expected else None
        compared[name] = {
            "planned": planned.expected,
            "low": planned.low,
            "high": planned.high,
            "actual": value,
            "ratio": ratio,
        }
    return compared


def describe(estimate: Estimate, name: str) -> str:
    """Show an estimate as a table, and what it rests on."""
    tried = f"{estimate.n_tried:,} simulated ones"
    if estimate.method == "probe":
        tried = f"the first {estimate.n_tried:,}"
        tried += f", {estimate.n_failed:,} of which failed" if estimate.n_failed else ""
    lines = [f"{name}: {estimate.n_problems:,} problems, judging by {tried} (90 % intervals)"]
    totals = estimate.totals
    lines += [
        _line("samples", totals.samples, 0),
        _line("prompt tokens", totals.prompt_tokens, 0),
        _line("reply tokens", totals.tokens, 0),
        _line("rows", totals.rows, 0),
    ]
    if estimate.engine_hours is None:
        lines.append("  engine hours   unknown: give --tokens-per-s")
    else:
        lines.append(
            f"{_line('engine hours', estimate.engine_hours, 2)}, "
            f"at {estimate.tokens_per_s:,.0f} reply tokens/s"
        )
    if estimate.rates:
        rates = ", ".join(f"{name} {value:g}" for name, value in estimate.rates.items())
        lines.append(f"  if these hold: {rates}")
    return "\n".join(lines)


def _line(name: str, quantity: Quantity, digits: int) -> str:
    expected, low, high = (
        f"{value:,.{digits}f}" for value in (quantity.expected, quantity.low, quantity.high)
    )
    return f"  {name:<14} {expected} ({low} to {high})"
