"""What `stepsmith sandbox` takes on its command line; light: every command builds the parser."""

import argparse

from stepsmith.schemas.sandbox import LEVELS, SandboxSettings


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Add what `stepsmith sandbox` can do."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    def action(name: str, summary: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=summary, description=summary, allow_abbrev=False)

    check = action("check", "say what separates programs from this machine, and try it")
    check.add_argument(
        "--backend",
        choices=("auto", "local", "docker", "unsafe"),
        help="what starts programs; unsafe puts no walls around them (auto)",
    )
    check.add_argument("--minimum", choices=LEVELS, help="the least that is accepted (self)")
    check.add_argument("--level", choices=LEVELS, help="this level and no other")
    check.add_argument(
        "--image", action="append", default=[], help="a warmed image to try; may be repeated (all)"
    )
    check.add_argument("--json", action="store_true", help="print it as JSON")
    add_settings(check)

    build = action("build", "make the image that the Docker backend starts its containers from")
    name = SandboxSettings().docker_image
    build.add_argument("--image", metavar="NAME", default=name, help=f"what to call it ({name})")
    build.add_argument(
        "--packages", action="store_true", help="with mpmath, numpy and sympy as they are here"
    )
    build.add_argument(
        "--from",
        dest="base",
        metavar="IMAGE",
        default="",
        help="of another image, which the engine has (of the interpreter that runs now)",
    )


def add_settings(command: argparse.ArgumentParser) -> None:
    """Add `--sandbox`, by which a command is told where programs run."""
    command.add_argument(
        "--sandbox",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="where programs run, as in [sandbox] of a recipe: minimum=ns, limits.cpu_s=2",
    )
