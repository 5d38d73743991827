"""What the commands that judge labels take; light: every command builds the parser."""

import argparse

from stepsmith.pipelines.option_values import count, share
from stepsmith.pipelines.sandbox_options import add_settings


def add_audit(audit: argparse.ArgumentParser) -> None:
    """Add what `stepsmith audit` takes."""
    audit.add_argument(
        "dataset", help="the folder of a finished run, a file of labelled solutions, or an oracle"
    )
    audit.add_argument(
        "--against",
        metavar="HUMAN",
        help="a file of labels, or an oracle such as oracle:arithmetic (a file's own labels)",
    )
    audit.add_argument(
        "--format",
        dest="form",
        metavar="FORMAT",
        help="the form of the labels: stepsmith list audit-formats (guessed from the fields)",
    )
    audit.add_argument(
        "--map",
        metavar="FIELDS",
        help="of any other form: problem=FIELD,steps=FIELD,label=FIELD[,base=1]",
    )
    audit.add_argument(
        "--verifiers",
        metavar="A,B",
        help="who judges (a run's own verdicts; of a file, the verifiers of steps)",
    )
    audit.add_argument("--half", choices=("tune", "held-back"), help="one half of the problems")
    audit.add_argument("--limit", type=count, metavar="N", help="the first N labelled solutions")
    audit.add_argument("--marks", metavar="FILE", help="marks that the page of an audit saved")
    audit.add_argument("--json", metavar="FILE", help="write the result as JSON")
    audit.add_argument("--html", metavar="FILE", help="write the page to look at disagreements")
    add_settings(audit)
    audit.add_argument("--quiet", action="store_true", help="show no progress")


def add_dependence(dependence: argparse.ArgumentParser) -> None:
    """Add what `stepsmith dependence` takes."""
    dependence.add_argument("dataset", help="the folder of a finished run that has evidence")
    dependence.add_argument("--block", help="one block alone, such as conditional (all of them)")
    dependence.add_argument(
        "--max-control",
        type=share,
        default=0.55,
        metavar="AUC",
        help="refuse where a control's upper bound is above this (0.55)",
    )
    dependence.add_argument(
        "--min-full",
        type=share,
        default=0.75,
        metavar="AUC",
        help="refuse where the full predictor's lower bound is below this (0.75)",
    )
    dependence.add_argument(
        "--folds",
        type=_folds,
        default=5,
        metavar="N",
        help="parts of the groups; each is held out once (5)",
    )
    dependence.add_argument(
        "--limit", type=count, default=300, metavar="N", help="groups of each block (300)"
    )
    dependence.add_argument("--json", metavar="FILE", help="write the result there too")
    dependence.add_argument("--quiet", action="store_true", help="show no progress")


def _folds(written: str) -> int:
    number = count(written)
    if number == 1:
        msg = "one fold leaves nothing to train on; give 2 or more"
        raise argparse.ArgumentTypeError(msg)
    return number
