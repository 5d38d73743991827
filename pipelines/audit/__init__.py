"""Verdicts against people: read human step labels, judge the same steps, count and report."""

from stepsmith.pipelines.audit.human import HumanLabelled
from stepsmith.pipelines.audit.interval import Rate
from stepsmith.pipelines.audit.judge import Judged, judge_solutions
from stepsmith.pipelines.audit.opinion import Opinion
from stepsmith.pipelines.audit.read import open_labels, read_human
from stepsmith.pipelines.audit.score import Report, Scores, score

__all__ = [
    "HumanLabelled",
    "Judged",
    "Opinion",
    "Rate",
    "Report",
    "Scores",
    "judge_solutions",
    "open_labels",
    "read_human",
    "score",
]
