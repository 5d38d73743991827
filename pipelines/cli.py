"""The command line. Everything heavy is imported by the command that needs it."""

import argparse
import os
import re
import shlex
import sys
from collections.abc import Sequence
from importlib import metadata

from stepsmith.pipelines import (
    audit_options,
    graph_options,
    look_options,
    run_options,
    sandbox_options,
)
from stepsmith.pipelines.interrupt import STATUS
from stepsmith.schemas.errors import StepsmithError, UsageError

_BEAM = ". Options that are not listed here go to Apache Beam, such as --runner."
_FIRST_STEPS = """\
first steps:
  stepsmith list recipes             what can be run as it is
  stepsmith run demo                 run one of them; its rows go to out/demo
  stepsmith show out/demo            look at a few of them
  stepsmith COMMAND --help           all that a command takes; defaults stand in brackets
"""

_WHERE = re.compile(r" \[while running '[^']*'\]")
"""What Beam adds to a message: the name of its stage, which says nothing to a user."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status, whose meanings `docs/cli.md` lists."""
    arguments, rest = _parser().parse_known_args(argv)
    if rest and arguments.command not in _BEAM_COMMANDS:
        given, command = " ".join(rest), arguments.command
        _parser().error(f"unknown arguments: {given}; see: stepsmith {command} --help")
    try:
        status = _COMMANDS[arguments.command](arguments, rest)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output, `head` say, has seen enough; the interpreter would flush again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (StepsmithError, OSError) as error:
        # The disk, the permissions, the network: nothing that a trace of our calls would explain.
        print(f"stepsmith: {_WHERE.sub('', str(error))}", file=sys.stderr)
        return 2 if isinstance(error, UsageError) else 1
    except KeyboardInterrupt as interrupt:
        print(f"stepsmith: {str(interrupt) or 'interrupted'}", file=sys.stderr)
        return STATUS
    return status


def _version() -> str:
    return metadata.version("stepsmith")


def _parser() -> argparse.ArgumentParser:
    # Without abbreviations, or --runner would be taken for an option of ours that begins like it.
    parser = argparse.ArgumentParser(
        prog="stepsmith",
        description="Turn problems into step-labelled reasoning data sets.",
        epilog=_FIRST_STEPS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"stepsmith {_version()}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, summary: str, more: str = "") -> argparse.ArgumentParser:
        return commands.add_parser(
            name, help=summary, description=f"{summary}{more}", allow_abbrev=False
        )

    run_options.add_run(command("run", "run a recipe, or go on where it ended", _BEAM))
    run_options.add_plan(command("plan", "estimate a run before it costs anything"))
    run_options.add_relabel(
        command("relabel", "label the searches of a run anew: no sample, no engine", _BEAM)
    )

    look_options.add_list(command("list", "name what there is, with a line on each"))
    look_options.add_explain(command("explain", "show what a verifier says of one step, and why"))

    look_options.add_show(command("show", "show trajectories with their labels, in colour"))

    run_options.add_export(
        command("export", "write a data set in the form that a trainer or an evaluation reads")
    )
    audit_options.add_audit(
        command("audit", "compare verdicts on steps with what people say of them")
    )
    audit_options.add_dependence(
        command("dependence", "say whether a run's verification examples depend on their evidence")
    )
    sandbox_options.add_commands(command("sandbox", "look at what programs from models run in"))
    graph_options.add_commands(command("graph", "build a knowledge graph, and look at one"))
    return parser


def _run(arguments: argparse.Namespace, beam_args: Sequence[str]) -> int:
    from stepsmith.pipelines.run import RunOptions, make_job, run
    from stepsmith.pipelines.summary import summary

    job = make_job(arguments.recipe, output=arguments.output, overrides=arguments.overrides)
    options = RunOptions(
        workers=arguments.workers,
        fresh=arguments.fresh,
        retry_failed=arguments.retry_failed,
        quiet=arguments.quiet,
        beam_args=tuple(beam_args),
    )
    manifest = run(job, options)
    if manifest is None:
        print("dry run: the job was built and not run")
        return 0
    print(summary(job, manifest))
    if manifest.counts.retryable:
        print(f"  {_retry_command(arguments, beam_args)}")
    return 0


def _retry_command(arguments: argparse.Namespace, beam_args: Sequence[str]) -> str:
    words = ["stepsmith", "run", arguments.recipe, "--retry-failed"]
    if arguments.output is not None:
        words += ["--output", arguments.output]
    for override in arguments.overrides:
        words += ["--set", override]
    if arguments.workers != 1:
        words += ["--workers", str(arguments.workers)]
    return shlex.join([*words, *beam_args])


def _plan(arguments: argparse.Namespace, rest: Sequence[str]) -> int:  # noqa: ARG001
    from stepsmith.pipelines.plan import plan
    from stepsmith.pipelines.run import make_job

    job = make_job(arguments.recipe, output=arguments.output, overrides=arguments.overrides)
    names = (
        "steps", "step_success", "recovery", "tokens_per_step", "question_tokens", "actions",
    )  # fmt: skip
    given = {name: getattr(arguments, name) for name in names}
    print(
        plan(
            job,
            rates={name: value for name, value in given.items() if value is not None},
            probe=arguments.probe,
            problems=arguments.problems,
            tokens_per_s=arguments.tokens_per_s,
            as_json=arguments.json,
        )
    )
    return 0


def _relabel(arguments: argparse.Namespace, beam_args: Sequence[str]) -> int:
    from stepsmith.pipelines.relabel import Relabelling, relabel
    from stepsmith.pipelines.run import RunOptions
    from stepsmith.pipelines.summary import summary

    asked = Relabelling(
        dataset=arguments.dataset,
        output=arguments.output,
        label=arguments.label,
        verify=arguments.verify,
        overrides=arguments.overrides,
    )
    options = RunOptions(
        workers=arguments.workers, fresh=arguments.fresh, beam_args=tuple(beam_args)
    )
    print(summary(*relabel(asked, options)))
    return 0


def _list(arguments: argparse.Namespace, rest: Sequence[str]) -> int:  # noqa: ARG001
    from stepsmith.pipelines.listing import listing

    print(listing(arguments.kind))
    return 0


def _explain(arguments: argparse.Namespace, rest: Sequence[str]) -> int:  # noqa: ARG001
    from stepsmith.pipelines.explain import explain, read_problem
    from stepsmith.schemas.recipe import read_sandbox

    given = {name: getattr(arguments, name) for name in ("prompt", "answer", "payload")}
    print(
        explain(
            arguments.verifier,
            arguments.step,
            prior=arguments.prior,
            problem=read_problem(arguments.problem, arguments.id, **given),
            sandbox=read_sandbox(arguments.sandbox),
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


def _audit(arguments: argparse.Namespace, rest: Sequence[str]) -> int:  # noqa: ARG001
    from stepsmith.pipelines.audit.command import Audit, audit, named_verifiers
    from stepsmith.pipelines.audit.formats import read_options
    from stepsmith.schemas.recipe import read_sandbox

    asked = Audit(
        dataset=arguments.dataset,
        against=arguments.against,
        form=arguments.form,
        options={} if arguments.map is None else read_options(arguments.map, where="--map"),
        verifiers=named_verifiers(arguments.verifiers),
        limit=arguments.limit,
        half=arguments.half,
        marks=arguments.marks,
        sandbox=read_sandbox(arguments.sandbox),
    )
    progress = None if arguments.quiet else sys.stderr
    print(audit(asked, json=arguments.json, html=arguments.html, progress=progress))
    return 0


def _dependence(arguments: argparse.Namespace, rest: Sequence[str]) -> int:  # noqa: ARG001
    from stepsmith.pipelines.dependence.command import dependence
    from stepsmith.pipelines.dependence.measure import Limits

    text, status = dependence(
        arguments.dataset,
        block=arguments.block,
        limits=Limits(
            max_control=arguments.max_control, min_full=arguments.min_full, folds=arguments.folds
        ),
        limit=arguments.limit,
        json=arguments.json,
        progress=None if arguments.quiet else sys.stderr,
    )
    print(text)
    return status


def _sandbox(arguments: argparse.Namespace, rest: Sequence[str]) -> int:  # noqa: ARG001
    from stepsmith.pipelines.sandbox import run_command
    from stepsmith.schemas.recipe import read_sandbox

    text, status = run_command(arguments, read_sandbox(getattr(arguments, "sandbox", ())))
    print(text)
    return status


def _graph(arguments: argparse.Namespace, rest: Sequence[str]) -> int:  # noqa: ARG001
    from stepsmith.pipelines.graph import run_command

    text, status = run_command(arguments)
    print(text)
    return status


_BEAM_COMMANDS = ("run", "relabel")
_COMMANDS = {
    "run": _run,
    "plan": _plan,
    "relabel": _relabel,
    "list": _list,
    "explain": _explain,
    "show": _show,
    "export": _export,
    "audit": _audit,
    "dependence": _dependence,
    "sandbox": _sandbox,
    "graph": _graph,
}
