"""Curves of benchmarks, drawn into files."""

# pyright: basic
# matplotlib's types are partly unknown.

from collections.abc import Mapping, Sequence
from pathlib import Path


def draw_curves(
    curves: Mapping[str, Sequence[tuple[float, float]]], path: Path, *, title: str, x: str, y: str
) -> None:
    """Draw shares, in [0, 1], against a cost on a logarithmic axis; one line a name."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4.2))
    for name, points in curves.items():
        costs, shares = zip(*points, strict=True)
        axes.plot(costs, shares, marker="o", label=name)
    axes.set(xscale="log", xlabel=x, ylabel=y, title=title, ylim=(0, 1))
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, bbox_inches="tight")


def draw_shares(
    shares: Mapping[str, Mapping[str, tuple[float, float, float]]], path: Path, *, title: str
) -> None:
    """Draw shares with their intervals, as (value, low, high): a group of points a name."""
    import matplotlib as mpl

    mpl.use("agg")
    mpl.rcParams["svg.hashsalt"] = "stepsmith"  # the same numbers, the same bytes
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 3.6))
    groups = list(next(iter(shares.values())))
    for number, (name, by_group) in enumerate(shares.items()):
        places = [index + 0.18 * (number - (len(shares) - 1) / 2) for index in range(len(groups))]
        values, lows, highs = zip(*(by_group[group] for group in groups), strict=True)
        below = [value - low for value, low in zip(values, lows, strict=True)]
        above = [high - value for value, high in zip(values, highs, strict=True)]
        axes.errorbar(places, values, yerr=(below, above), fmt="o", capsize=3, label=name)
    axes.set_xticks(range(len(groups)), groups)
    axes.set(title=title, ylim=(0, 1))
    axes.grid(alpha=0.3, axis="y")
    axes.legend()
    figure.savefig(path, bbox_inches="tight", metadata={"Date": None})
