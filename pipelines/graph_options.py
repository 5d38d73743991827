"""What `stepsmith graph` takes on its command line; light: every command builds the parser."""

import argparse

from stepsmith.pipelines.option_values import count, natural
from stepsmith.pipelines.run_options import add_set


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Add what `stepsmith graph` can do."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    def action(name: str, summary: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=summary, description=summary, allow_abbrev=False)

    _add_build(action("build", "read a graph in some format into a folder, whole or not at all"))

    info = action("info", "say what a graph holds: counts, hubs, relations")
    info.add_argument("graph", help="a folder that build made")
    info.add_argument("-n", type=natural, default=10, help="how many hubs and relations (10)")
    info.add_argument("--json", action="store_true", help="print it as JSON")

    paths = action("paths", "show the paths from one node to another")
    paths.add_argument("graph", help="a folder that build made")
    paths.add_argument("start", help="a node's key or name")
    paths.add_argument("end", help="a node's key or name")
    paths.add_argument(
        "--max-hops", type=count, default=3, metavar="N", help="how long a path at most (3)"
    )
    paths.add_argument(
        "--limit", type=count, default=50, metavar="N", help="how many paths at most (50)"
    )
    paths.add_argument(
        "--hub-cap",
        type=natural,
        default=200,
        metavar="N",
        help="pass no node with more facts; 0 passes all (200)",
    )

    check = action("check", "verify a graph's hash, its order, and that both directions agree")
    check.add_argument("graph", help="a folder that build made")


def _add_build(build: argparse.ArgumentParser) -> None:
    build.add_argument("sources", nargs="*", metavar="FILE", help="files or a folder to read")
    build.add_argument("--format", required=True, dest="form", help="see: stepsmith list graphs")
    build.add_argument("--output", required=True, metavar="FOLDER", help="where the graph goes")
    add_set(build, "an option of the format, such as names=labels.parquet")
    build.add_argument("--overwrite", action="store_true", help="replace the graph that is there")
    build.add_argument(
        "--max-rejected",
        type=natural,
        default=0,
        metavar="N",
        help="go on with up to N rows that are no facts, and write them to rejects.jsonl (0)",
    )
    build.add_argument(
        "--no-key-names", action="store_true", help="find nodes by their names alone, not by keys"
    )
