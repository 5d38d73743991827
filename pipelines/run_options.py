"""What `run`, `plan`, `relabel` and `export` are told: a recipe or a run, and its keys."""

import argparse
from collections.abc import Callable

from stepsmith.pipelines.option_values import amount, count, natural, positive, share


def add_set(command: argparse.ArgumentParser, summary: str) -> None:
    """Add `--set KEY=VALUE`, which may be repeated."""
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        dest="overrides",
        help=summary,
    )


def add_run(run: argparse.ArgumentParser) -> None:
    """Add the recipe of `run`, what it overrides, and how the run begins."""
    _add_recipe(run, output="where the rows go (out/NAME)")
    add_set(run, "override a key of the recipe, such as strategy.rollouts=8")
    _add_workers(run)
    begin = run.add_mutually_exclusive_group()
    _add_fresh(begin.add_argument)
    begin.add_argument(
        "--retry-failed",
        action="store_true",
        help="go on, and search the problems again that failed and may succeed",
    )
    run.add_argument("--quiet", action="store_true", help="show no progress")


def add_relabel(again: argparse.ArgumentParser) -> None:
    """Add the data set of `relabel`, and how its labels are made anew."""
    again.add_argument("dataset", help="the folder of a run; it is only read")
    again.add_argument("--output", metavar="FOLDER", help="where to (DATASET-relabelled)")
    again.add_argument("--label", metavar="KIND", help="another labeler: stepsmith list labelers")
    again.add_argument(
        "--verify",
        action="append",
        metavar="VERIFIER",
        help="judge the steps anew, by this verifier; may be repeated",
    )
    add_set(again, "override a key of the recipe's labels, such as label.threshold=0.5")
    _add_workers(again)
    _add_fresh(again.add_argument)


def add_plan(plan: argparse.ArgumentParser) -> None:
    """Add the recipe of `plan`, and the rates that its estimate is made by."""
    _add_recipe(plan, output="where the run would go (out/NAME)")
    add_set(plan, "override a key of the recipe, as for the run")
    plan.add_argument(
        "--problems",
        type=natural,
        metavar="N",
        help="how many (counted in the source if not given)",
    )
    plan.add_argument(
        "--probe",
        type=count,
        metavar="M",
        help="search M problems in earnest; the run will not pay for them again",
    )
    plan.add_argument("--steps", type=count, metavar="N", help="steps of a solution (6)")
    plan.add_argument(
        "--step-success", type=share, metavar="P", help="chance that one more step is right (0.9)"
    )
    plan.add_argument(
        "--recovery",
        type=share,
        metavar="P",
        help="chance to end right from a broken prefix (0.02)",
    )
    plan.add_argument(
        "--tokens-per-step", type=amount, metavar="N", help="reply tokens of one step (20)"
    )
    plan.add_argument(
        "--question-tokens", type=amount, metavar="N", help="a prompt without any step (100)"
    )
    plan.add_argument(
        "--actions",
        type=amount,
        metavar="N",
        help="blocks of code that a solution runs on the way, of a strategy that runs any (2)",
    )
    plan.add_argument(
        "--tokens-per-s",
        type=positive,
        metavar="N",
        help="reply tokens a second of the whole engine (500, or as the probe measures)",
    )
    plan.add_argument("--json", action="store_true", help="print the estimate as JSON")


def _add_recipe(command: argparse.ArgumentParser, *, output: str) -> None:
    command.add_argument("recipe", help="a TOML file, or the name of a recipe that ships")
    command.add_argument("--output", metavar="FOLDER", help=output)


def _add_workers(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--workers", type=count, default=1, metavar="N", help="processes on this machine (1)"
    )


def _add_fresh(add_argument: Callable[..., object]) -> None:
    """Add `--fresh` to a command, or to what excludes it there."""
    add_argument("--fresh", action="store_true", help="remove what is there and begin again")


def add_export(export: argparse.ArgumentParser) -> None:
    """Add the data set of `export`, the form and the file."""
    export.add_argument("dataset", help="the folder of a finished run")
    export.add_argument("--format", required=True, dest="form", help="see: stepsmith list formats")
    export.add_argument("--output", required=True, metavar="FILE", help="a .jsonl or .parquet file")
    add_set(export, "an option of the format")
