"""What `run`, `plan`, `relabel` and `export` are told: a recipe or a run, and its keys."""

import argparse


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
    run.add_argument("recipe", help="a TOML file, or the name of a recipe that ships")
    run.add_argument("--output", metavar="FOLDER", help="where the rows go (out/NAME)")
    add_set(run, "override a key of the recipe, such as strategy.rollouts=8")
    run.add_argument("--workers", type=int, default=1, metavar="N", help="local processes (1)")
    begin = run.add_mutually_exclusive_group()
    begin.add_argument("--fresh", action="store_true", help="remove what is there and begin again")
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
    again.add_argument("--workers", type=int, default=1, metavar="N", help="local processes (1)")
    again.add_argument("--fresh", action="store_true", help="remove what is there and begin again")


def add_plan(plan: argparse.ArgumentParser) -> None:
    """Add the recipe of `plan`, and the rates that its estimate is made by."""
    plan.add_argument("recipe", help="a TOML file, or the name of a recipe that ships")
    plan.add_argument("--output", metavar="FOLDER", help="where the run would go (out/NAME)")
    add_set(plan, "override a key of the recipe, as for the run")
    plan.add_argument(
        "--problems", type=int, metavar="N", help="how many (counted in the source if not given)"
    )
    plan.add_argument(
        "--probe",
        type=int,
        metavar="M",
        help="search M problems in earnest; the run will not pay for them again",
    )
    plan.add_argument("--steps", type=int, metavar="N", help="steps a solution (6)")
    plan.add_argument(
        "--step-success", type=float, metavar="P", help="chance that one more step is right (0.9)"
    )
    plan.add_argument(
        "--recovery",
        type=float,
        metavar="P",
        help="chance to end right from a broken prefix (0.02)",
    )
    plan.add_argument("--tokens-per-step", type=float, metavar="N", help="(20)")
    plan.add_argument(
        "--question-tokens", type=float, metavar="N", help="a prompt without any step (100)"
    )
    plan.add_argument(
        "--actions",
        type=float,
        metavar="N",
        help="blocks of code that a solution runs on the way, of a strategy that runs any (2)",
    )
    plan.add_argument(
        "--tokens-per-s",
        type=float,
        metavar="N",
        help="reply tokens a second of the whole engine (500, or as the probe measures)",
    )
    plan.add_argument("--json", action="store_true", help="print the estimate as JSON")


def add_export(export: argparse.ArgumentParser) -> None:
    """Add the data set of `export`, the form and the file."""
    export.add_argument("dataset", help="the folder of a finished run")
    export.add_argument("--format", required=True, dest="form", help="see: stepsmith list formats")
    export.add_argument("--output", required=True, metavar="FILE", help="a .jsonl or .parquet file")
    add_set(export, "an option of the format")
