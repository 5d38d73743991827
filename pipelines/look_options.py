"""What `list`, `explain` and `show` take on the command line; light: every command builds it."""

import argparse

from stepsmith.pipelines.option_values import count
from stepsmith.pipelines.sandbox_options import add_settings

KINDS = (
    "audit-formats",
    "verifiers",
    "strategies",
    "recipes",
    "formats",
    "graphs",
    "sources",
    "policies",
    "labelers",
    "steps",
)


def add_list(listing: argparse.ArgumentParser) -> None:
    """Add what `stepsmith list` takes."""
    listing.add_argument("kind", choices=KINDS, metavar="KIND", help=", ".join(KINDS))


def add_explain(explain: argparse.ArgumentParser) -> None:
    """Add what `stepsmith explain` takes."""
    explain.add_argument(
        "verifier", help="one, several with commas, or `all`: stepsmith list verifiers"
    )
    explain.add_argument("step", help="the text of the step")
    explain.add_argument("--answer", help="the problem's answer, for verifiers of outcomes")
    explain.add_argument(
        "--prior",
        action="append",
        default=[],
        metavar="STEP",
        help="a step before it; may be repeated, in their order",
    )
    explain.add_argument("--problem", metavar="FILE", help="a JSON Lines file with the problem")
    explain.add_argument("--id", help="which problem of that file (the first)")
    explain.add_argument("--prompt", metavar="TEXT", help="the problem's text")
    explain.add_argument("--payload", metavar="JSON", help="what else the problem has: its tests")
    add_settings(explain)


def add_show(show: argparse.ArgumentParser) -> None:
    """Add what `stepsmith show` takes."""
    show.add_argument("dataset", help="the folder of a finished run")
    show.add_argument(
        "id", nargs="?", help="a trajectory's or a problem's id; a few telling ones if none"
    )
    show.add_argument("-n", type=count, default=3, metavar="N", help="how many (3)")
    show.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help="(auto: on a terminal alone)",
    )
