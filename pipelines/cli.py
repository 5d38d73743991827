"""The command line. Everything heavy is imported by the command that needs it."""

import argparse
import sys
from collections.abc import Sequence

from stepsmith.schemas.errors import StepsmithError

KINDS = (
    "verifiers",
    "strategies",
    "recipes",
    "formats",
    "sources",
    "policies",
    "labelers",
    "steps",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0, 1 where it failed, 2 for bad usage."""
    arguments, rest = _parser().parse_known_args(argv)
    if rest and arguments.command != "run":
        _parser().error(f"unknown arguments: {' '.join(rest)}")
    try:
        return _COMMANDS[arguments.command](arguments, rest)
    except StepsmithError as error:
        print(f"stepsmith: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stepsmith: interrupted; run the same command again to go on", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    # Without abbreviations, or --runner would be taken for an option of ours that begins like it.
    parser = argparse.ArgumentParser(
        prog="stepsmith",
        description="Turn problems into step-labelled reasoning data sets.",
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, summary: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=summary, description=summary, allow_abbrev=False)

    run = command("run", "run a recipe, or go on where it ended; further options are Beam's")
    run.add_argument("recipe", help="a TOML file, or the name of a recipe that ships")
    run.add_argument("--output", metavar="FOLDER", help="where the rows go (out/NAME)")
    run.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        dest="overrides",
        help="override a key of the recipe, such as strategy.rollouts=8",
    )
    run.add_argument("--workers", type=int, default=1, metavar="N", help="local processes (1)")
    run.add_argument("--fresh", action="store_true", help="remove what is there and begin again")
    run.add_argument("--quiet", action="store_true", help="show no progress")

    listing = command("list", "name what there is, with a line on each")
    listing.add_argument("kind", choices=KINDS)

    explain = command("explain", "show what a verifier says of one step, and why")
    explain.add_argument("verifier")
    explain.add_argument("step", help="the text of the step")
    explain.add_argument("--answer", help="the problem's answer, for verifiers of outcomes")
    explain.add_argument("--prior", action="append", default=[], help="a step before it")

    show = command("show", "show trajectories with their labels, in colour")
    show.add_argument("dataset", help="the folder of a finished run")
    show.add_argument(
        "id", nargs="?", help="a trajectory's or a problem's id; a few telling ones if none"
    )
    show.add_argument("-n", type=int, default=3, help="how many (3)")
    show.add_argument("--color", choices=("auto", "always", "never"), default="auto")

    export = command("export", "write a data set in the form that a trainer or an evaluation reads")
    export.add_argument("dataset", help="the folder of a finished run")
    export.add_argument("--format", required=True, dest="form", help="see: stepsmith list formats")
    export.add_argument("--output", required=True, metavar="FILE", help="a .jsonl or .parquet file")
    export.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        dest="overrides",
        help="an option of the format",
    )
    return parser


def _run(arguments: argparse.Namespace, beam_args: Sequence[str]) -> int:
    from stepsmith.pipelines.run import RunOptions, make_job, run
    from stepsmith.pipelines.summary import summary

    job = make_job(arguments.recipe, output=arguments.output, overrides=arguments.overrides)
    options = RunOptions(
        workers=arguments.workers,
        fresh=arguments.fresh,
        quiet=arguments.quiet,
        beam_args=tuple(beam_args),
    )
    manifest = run(job, options)
    print("dry run: the job was built and not run" if manifest is None else summary(job, manifest))
    return 0


def _list(arguments: argparse.Namespace, rest: Sequence[str]) -> int:  # noqa: ARG001
    from stepsmith.pipelines.listing import listing

    print(listing(arguments.kind))
    return 0


def _explain(arguments: argparse.Namespace, rest: Sequence[str]) -> int:  # noqa: ARG001
    from stepsmith.pipelines.explain import explain

    print(
        explain(
            arguments.verifier,
            arguments.step,
            answer=arguments.answer,
            prior=arguments.prior,
        )
    )
    return 0


def _show(arguments: argparse.Namespace, rest: Sequence[str]) -> int:  # noqa: ARG001
    from stepsmith.pipelines.show import show

    colored = arguments.color == "always" or (arguments.color == "auto" and sys.stdout.isatty())
    print(show(arguments.dataset, arguments.id, limit=arguments.n, color=colored))
    return 0


def _export(arguments: argparse.Namespace, rest: Sequence[str]) -> int:  # noqa: ARG001
    from stepsmith.pipelines.export import export

    print(export(arguments.dataset, arguments.form, arguments.output, arguments.overrides))
    return 0


_COMMANDS = {
    "run": _run,
    "list": _list,
    "explain": _explain,
    "show": _show,
    "export": _export,
}
