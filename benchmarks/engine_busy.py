"""How busy a labelling keeps an engine, and how fast it can ask, beside two peers.

The same Math-Shepherd labelling of sums, against the same server, by `stepsmith run` in one local
process, by distilabel's pipeline and by datatrove's inference runner; each a whole program in an
environment of its own. The server plays an engine with continuous batching and is a process apart.

Share: the slot time that sequences held, over all slots' time from the first request to the last
reply. The first fill and the last drain count, the start of a program does not. Rates: over the
same span, of a server that answers at once. A sample is one solution or one completion, however
many of them a request asks for; a generation is one sequence that an engine would decode, of which
distilabel's own tasks have several samples in one. The rounds alternate; a ratio is that of one
round, its spread the range over the rounds. What cannot be equal is said in `details.fairness`.
"""

import dataclasses
import logging
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.batching.engine import Pace
from benchmarks.batching.process import serving
from benchmarks.peers.systems import Outcome, Peer, Stepsmith, Work, run, write_problems
from benchmarks.report import Claim, Findings, main

_log = logging.getLogger(__name__)

SHARE_TARGET = 0.95
OVER_DISTILABEL, OVER_DATATROVE = 5.0, 1.5

FAIRNESS = """
All label the same problems with as many solutions and completions a prefix. distilabel compares the
last step with the answer instead of completing the prefix before it, so it draws fewer samples:
rates are per sample drawn.
distilabel asks for all solutions, or all completions of a prefix, in one reply ("text"), which are
no independent samples: what an engine decodes is one generation. Its LLM class was also made to
draw them apart, as choices of one request ("choices") or one a request ("single"). datatrove reads
one choice a request.
distilabel is given aiohttp, which costs less than the client that it ships with.
stepsmith journals every reply before it is used; datatrove does not unless named "checkpoints".
stepsmith compares answers by math.answer, the peers by string.
Clients and server share the machine's cores: where server_core_share is near 1, or its sum with the
client's near the number of cores, the machine was the limit.
"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Scale:
    """How much of everything is run. `whole` has the peers' shares, bisect and every way to ask."""

    whole: bool
    slots: int
    share_problems: int
    rate_problems: int
    rate_rounds: int


FULL = Scale(whole=True, slots=64, share_problems=120, rate_problems=100, rate_rounds=3)
QUICK = Scale(whole=False, slots=32, share_problems=6, rate_problems=8, rate_rounds=1)
TICK_S = 0.005
FAST = 4
"""Where all samples of a prompt come at once, so many times the problems: spans stay above 10 s."""
BISECT_PROBLEMS: Mapping[str, int] = {"stepsmith_bisect": 1_000, "stepsmith_bisect_long": 4_000}
"""The barrier after the pilot and the last drain take as long however many problems come."""
BISECT_LONGEST = 4

DISTILABEL_TRIES: Mapping[str, Mapping[str, object]] = {
    f"{batch}_{replicas}": {"ask": "choices", "batch": batch, "replicas": replicas}
    for batch, replicas in ((50, 4), (200, 2))
}
"""Batches decide its share, for each waits for its slowest reply, and so do the replicas of the
step that completes, whose batches overlap. The two best of those that were tried: its default, 50
and one replica, and 50 and two keep fewer slots. Completions are drawn apart: in one reply they
would be written one after another, and batches would wait the longer.
"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Trial:
    """A system, and the work that it is given."""

    system: Stepsmith | Peer
    work: Work


Trials = Mapping[str, Trial]
Outcomes = Mapping[str, Sequence[Outcome]]


def best_trials(folder: Path, scale: Scale) -> Trials:
    """Return each system's fastest way to draw at no latency, of all that were tried."""
    work, large = (write_work(folder, times * scale.rate_problems) for times in (1, FAST))
    return {
        "stepsmith.choices": Trial(
            system=Stepsmith(in_flight=128, samples_per_request=work.rollouts), work=large
        ),
        "distilabel.text": Trial(system=distilabel(ask="text"), work=large),
        "datatrove.single": Trial(system=datatrove(in_flight=128), work=work),
    }


def other_trials(folder: Path, scale: Scale) -> Trials:
    """Return further ways to draw: one sample a request, and distilabel's samples drawn apart."""
    work = write_work(folder, scale.rate_problems)
    single: Trials = {
        "stepsmith.single": Trial(system=Stepsmith(in_flight=128), work=work),
        "distilabel.single": Trial(system=distilabel(ask="single"), work=work),
    }
    if not scale.whole:
        return single
    large = write_work(folder, FAST * scale.rate_problems)
    checkpoints = datatrove(in_flight=128, checkpoints=True)
    return {
        **single,
        "distilabel.choices": Trial(system=distilabel(ask="choices"), work=large),
        "datatrove.checkpoints": Trial(system=checkpoints, work=work),
    }


def distilabel(*, ask: str, batch: int = 50, replicas: int = 1) -> Peer:
    """Return distilabel's pipeline, that asks as one text, as choices or one a request."""
    return Peer(name="distilabel", settings={"ask": ask, "batch": batch, "replicas": replicas})


def datatrove(*, in_flight: int, checkpoints: bool = False) -> Peer:
    """Return datatrove's runner in one process; more of them ask no faster on two cores."""
    settings = {"in_flight": in_flight, "documents": None, "workers": 1, "checkpoints": checkpoints}
    return Peer(name="datatrove", settings=settings)


def measure(*, quick: bool) -> Findings:
    """Measure the rates, then the shares."""
    scale = QUICK if quick else FULL
    at_once = Pace(tick_s=0.0)
    with tempfile.TemporaryDirectory(prefix="engine-busy-") as name:
        folder = Path(name)
        rates = {
            **rounds(best_trials(folder, scale), at_once, scale.rate_rounds),
            **rounds(other_trials(folder, scale), at_once, 1),
        }
        shares = measure_shares(folder, scale)
    details = {
        "fairness": FAIRNESS.strip().replace("\n", " "),
        "pace": dataclasses.asdict(Pace(slots=scale.slots, tick_s=TICK_S)),
        "shares": {name: [share_json(one) for one in each] for name, each in shares.items()},
        "rates": {name: [one.to_json() for one in each] for name, each in rates.items()},
    }
    claims = [*ratio_claims(rates), *share_claims(shares), *rate_claims(rates)]
    return Findings(claims=claims, details=details)


def measure_shares(folder: Path, scale: Scale) -> Outcomes:
    """Run under latency: all on the same problems, and bisect on more and shorter ones."""
    pace, in_flight = Pace(slots=scale.slots, tick_s=TICK_S), 2 * scale.slots
    work = write_work(folder, scale.share_problems)
    trials = {"stepsmith": Trial(system=Stepsmith(in_flight=in_flight), work=work)}
    if scale.whole:
        bisect = Stepsmith(in_flight=in_flight, strategy="bisect", options={"batch": 4})
        for name, n_problems in BISECT_PROBLEMS.items():
            short = write_work(folder, n_problems, longest=BISECT_LONGEST)
            trials[name] = Trial(system=bisect, work=short)
        trials["datatrove"] = Trial(system=datatrove(in_flight=in_flight), work=work)
        for name, settings in DISTILABEL_TRIES.items():
            peer = Peer(name="distilabel", settings=settings)
            trials[f"distilabel.{name}"] = Trial(system=peer, work=work)
    return rounds(trials, pace, 1)


def write_work(folder: Path, n_problems: int, *, longest: int = 10) -> Work:
    """Write problems and return the work on them."""
    work = Work(problems=folder / f"{n_problems}-{longest}.jsonl")
    write_problems(work.problems, n_problems, longest=longest)
    return work


def rounds(trials: Trials, pace: Pace, count: int) -> Outcomes:
    """Run every trial once a round, each round beginning with another one."""
    outcomes: dict[str, list[Outcome]] = {name: [] for name in trials}
    order = list(trials)
    with serving(pace) as server:
        for _ in range(count):
            for name in order:
                outcomes[name].append(run(trials[name].system, trials[name].work, server))
                _log.info("%s: %s", name, outcomes[name][-1].to_json())
            order = [*order[1:], order[0]]
    return outcomes


def share_claims(outcomes: Outcomes) -> list[Claim]:
    """Make a claim a system; of a peer's several settings the one with the best median."""
    best: dict[str, list[float]] = {}
    for name, each in outcomes.items():
        shares = [one.busy_share for one in each]
        system = name.partition(".")[0]
        if system not in best or statistics.median(shares) > statistics.median(best[system]):
            best[system] = shares
    return [
        claim(
            f"share.{system}",
            shares,
            unit="share",
            target=SHARE_TARGET if system.startswith("stepsmith") else None,
        )
        for system, shares in best.items()
    ]


def ratio_claims(outcomes: Outcomes) -> list[Claim]:
    """Compare rates round by round, as far as both have rounds.

    Ours at its best over distilabel's tasks as they work, in generations, and over datatrove's
    runner, in samples; beside them samples over all of distilabel's ways, and one a request.
    """

    def over(
        ours: str, theirs: str, rate: Callable[[Outcome], float] = lambda one: one.samples_per_s
    ) -> list[float]:
        pairs = zip(outcomes[ours], outcomes[theirs], strict=False)
        return [rate(one) / rate(other) for one, other in pairs]

    best = "stepsmith.choices"
    found = over(best, "distilabel.text", lambda one: one.generations_per_s)
    claims = [
        claim("generations_over_distilabel", found, unit="ratio", target=OVER_DISTILABEL),
        claim(
            "samples_over_datatrove",
            over(best, "datatrove.single"),
            unit="ratio",
            target=OVER_DATATROVE,
        ),
    ]
    claims += [
        claim(f"samples_over_{name}", over(best, name), unit="ratio")
        for name in ("distilabel.text", "distilabel.choices")
        if name in outcomes
    ]
    for peer in ("distilabel", "datatrove"):
        found = over("stepsmith.single", f"{peer}.single")
        claims.append(claim(f"samples_over_{peer}.one_a_request", found, unit="ratio"))
    return claims


def rate_claims(outcomes: Outcomes) -> list[Claim]:
    """Give the rates themselves, and each client's processor time.

    Neighbours on the machine move the time less than the rate; a program's start is in it.
    """
    claims: list[Claim] = []
    for name, each in outcomes.items():
        rates = [one.samples_per_s for one in each]
        cpu = [1000 * one.client_cpu_s / one.stats["n_samples"] for one in each]
        claims.append(claim(f"samples_per_s.{name}", rates, unit="1/s"))
        claims.append(claim(f"whole_run_cpu.{name}", cpu, unit="ms/sample"))
    return claims


def claim(name: str, values: Sequence[float], *, unit: str, target: float | None = None) -> Claim:
    """Make a claim of the median, with the range as its spread."""
    return Claim(
        name=f"engine_busy.{name}",
        value=round(statistics.median(values), 3),
        spread=(round(min(values), 3), round(max(values), 3)),
        unit=unit,
        target=target,
        better=None if target is None else "higher",
    )


def share_json(outcome: Outcome) -> dict[str, object]:
    """Return the details of a run under latency; the timeline shows where the share was lost."""
    stats = outcome.stats
    return {
        **outcome.to_json(),
        "busy_share": round(outcome.busy_share, 4),
        "timeline": stats["timeline"],
        "n_cached_tokens": stats["n_cached_tokens"],
    }


if __name__ == "__main__":
    sys.exit(main("engine_busy", measure))
