"""Judge a chain of steps against a graph: what each asserts, its truth, its place and its use."""

import dataclasses
from collections.abc import Iterable, Sequence

from stepsmith.transforms.graph.triples import Edge
from stepsmith.transforms.linking import Assertion, Candidate, Links, Unlinked, link_step
from stepsmith.transforms.linking.step import nodes_of
from stepsmith.transforms.verify.graph.evidence import Evidence, Place, StepClass, Use
from stepsmith.transforms.verify.graph.question import Question
from stepsmith.transforms.verify.graph.truth import Known, reads_both_ways, stored_fact, truth_of

_UNCERTAIN = frozenset(("no name", "too ambiguous", "too much"))
"""Reasons for which a step may have named a node that nobody knows of."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """What the steps so far have established: nodes, facts, and what could not be linked.

    `named` are the nodes of steps that could not be linked; where `unsure`, such a step may have
    named any other as well. `last` are the nodes that a pronoun may stand for.
    """

    reached: frozenset[int] = frozenset()
    asserted: frozenset[Edge] = frozenset()
    named: frozenset[int] = frozenset()
    unsure: bool = False
    last: tuple[int, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """One assertion, or what could not be linked, and what was found of it.

    `edge` is what it was taken to mean, `stored` the graph's own fact by which that is true.
    """

    evidence: Evidence
    start: int
    end: int
    edge: Edge | None = None
    stored: Edge | None = None


JudgedStep = tuple[Judged, ...]
"""All that was found in a step, in the order of its text; nothing in a step without a fact."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """One edge that an assertion may mean, with all that is known of it."""

    candidate: Candidate
    known: Known
    place: Place
    use: Use

    @property
    def rank(self) -> tuple[bool, bool, bool, bool]:
        """Order the edges by how likely they are meant: connected, true, plain, and on a path."""
        return (
            self.place not in {"unreached", "unknown"},
            self.known.truth == "true",
            not self.candidate.modified,
            self.use in {"on_path", "repeated"},
        )


def judge_chain(question: Question, texts: Iterable[str]) -> list[JudgedStep]:
    """Judge every step of a chain, each by what the steps before it have established."""
    state = State()
    judged: list[JudgedStep] = []
    for text in texts:
        step, state = judge_step(question, text, state)
        judged.append(step)
    return judged


def judge_step(question: Question, text: str, state: State) -> tuple[JudgedStep, State]:
    """Judge one step, and return what holds after it."""
    links = link_step(question.graph, text, state.last)
    judged: list[Judged] = []
    if links.unlinked:  # what is not linked may lead to what is
        state = _unsure(state, links)
    for assertion in links.assertions:
        one = _judge(question, assertion, state)
        judged.append(one)
        state = _after(question, state, one, assertion)
    judged += [_not_linked(each) for each in links.unlinked]
    if any(one.evidence.step_class == "unlinked" for one in judged):
        state = _unsure(state, links)
    return tuple(sorted(judged, key=lambda one: one.start)), state


def _after(question: Question, state: State, judged: Judged, assertion: Assertion) -> State:
    """Add what an assertion reaches: a denial reaches nothing, a false fact still leads on."""
    state = dataclasses.replace(state, last=nodes_of(assertion)[:16])
    if judged.evidence.denied or judged.evidence.step_class == "unlinked":
        return state
    nodes = {node for each in assertion.candidates for node in _ends(question, each, judged)}
    edge = judged.stored or judged.edge
    return dataclasses.replace(
        state,
        reached=state.reached | nodes,
        asserted=state.asserted if edge is None else state.asserted | {edge},
    )


def _ends(question: Question, candidate: Candidate, judged: Judged) -> tuple[int, ...]:
    """Return where an assertion leads: to its tail, also the other way if it may be said so.

    What an ambiguous name may be is reached with it, unless the facts have decided.
    """
    if judged.edge is not None and judged.stored is not None and candidate.edge != judged.edge:
        return ()
    head, relation, tail = candidate.edge
    both = candidate.inverted or reads_both_ways(question.graph, relation)
    return (tail, head) if both else (tail,)


def _unsure(state: State, links: Links) -> State:
    reasons = {each.reason for each in links.unlinked}
    return dataclasses.replace(
        state,
        named=state.named | links.named,
        unsure=state.unsure or bool(reasons & _UNCERTAIN),
    )


def _not_linked(unlinked: Unlinked) -> Judged:
    why = f"{unlinked.reason}: {unlinked.detail}" if unlinked.detail else unlinked.reason
    evidence = Evidence(step_class="unlinked", why=why)
    return Judged(evidence=evidence, start=unlinked.start, end=unlinked.end)


def _judge(question: Question, assertion: Assertion, state: State) -> Judged:
    """Decide which edge is meant, by the facts and the chain, and what is to be said of it."""
    seen = [_see(question, each, state) for each in assertion.candidates]
    best = max(seen, key=lambda each: each.rank)
    near = [each for each in seen if each.rank[0] == best.rank[0]]
    step_class, why = _classify(assertion, best, near)
    denied = assertion.negated
    truth = best.known.truth
    if denied:
        truth = "unknown" if truth == "unknown" else "false" if truth == "true" else "true"
    evidence = Evidence(
        step_class=step_class,
        fact=question.graph.fact(best.candidate.edge),
        truth=truth,
        place=best.place,
        use="none" if denied or best.known.truth != "true" else best.use,
        denied=denied,
        score=assertion.score,
        why=why,
    )
    return Judged(
        evidence=evidence,
        start=assertion.start,
        end=assertion.end,
        edge=best.candidate.edge,
        stored=best.known.stored,
    )


def _see(question: Question, candidate: Candidate, state: State) -> _Seen:
    known = truth_of(question.graph, candidate.edge, question.world)
    return _Seen(
        candidate=candidate,
        known=known,
        place=_place(question, candidate, state),
        use=_use(question, known.stored, state),
    )


def _classify(assertion: Assertion, best: _Seen, near: Sequence[_Seen]) -> tuple[StepClass, str]:
    why = best.known.why
    true = best.known.truth == "true"
    if any(each.known.truth == "unknown" and each.known.stored for each in near):
        return "unlinked", f"conflict: {why}"
    if (doubt := _doubt(assertion, best)) is not None:
        return "unlinked", doubt
    if assertion.negated:
        return _classify_denial(best, near)
    if all(each.known.truth == "false" and not each.known.absent for each in near):
        return "contradicted", why
    if best.place == "unreached":
        return "broken_chain", f"{why}, and no earlier step reaches the head"
    return _classify_placed(best) if true else ("unsupported", _absence(best, near))


def _doubt(assertion: Assertion, best: _Seen) -> str | None:
    """Say why what is known of the best edge says nothing of the assertion, if it does not."""
    true = best.known.truth == "true"
    if true and best.candidate.modified:
        return "too ambiguous: another name stands behind one of its own"
    if assertion.pronoun and (assertion.negated or not true):
        return "pronoun: it may stand for something else"
    return None


def _classify_placed(best: _Seen) -> tuple[StepClass, str]:
    if best.place == "unknown":
        return "unlinked", "no place: an earlier step could not be linked"
    on_path = best.use in {"on_path", "repeated"}
    return ("supported" if on_path else "supported_off_path"), best.known.why


def _absence(best: _Seen, near: Sequence[_Seen]) -> str:
    """Say why it is not known: that one edge is false says nothing if it may mean another."""
    return next((each.known.why for each in near if each.known.absent), best.known.why)


def _classify_denial(best: _Seen, near: Sequence[_Seen]) -> tuple[StepClass, str]:
    true = [each.known.truth == "true" for each in near]
    if all(true) or (any(true) and best.use in {"on_path", "repeated"}):
        return "contradicted", f"it denies what is {best.known.why}"
    if any(true):
        return "unlinked", "too ambiguous: it may deny a fact, or something else"
    if all(each.known.truth == "false" for each in near):
        return "supported_off_path", f"it denies what is false: {best.known.why}"
    return "unsupported", _absence(best, near)


def _place(question: Question, candidate: Candidate, state: State) -> Place:
    head, relation, tail = candidate.edge
    from_tail = candidate.inverted or reads_both_ways(question.graph, relation)
    ends = {head, tail} if from_tail else {head}
    if ends & question.given:
        return "start"
    if ends & state.reached:
        return "reached"
    if ends & state.named:
        return "named"
    return "unknown" if state.unsure or not question.given else "unreached"


def _use(question: Question, stored: Edge | None, state: State) -> Use:
    if stored is None:
        return "none"
    if stored in state.asserted:
        return "repeated"
    if stored in question.on_path or _turned(question, stored) in question.on_path:
        return "on_path"
    return "off_path" if question.complete else "unlisted"


def _turned(question: Question, stored: Edge) -> Edge | None:
    """Return the fact that says the same the other way round, if the graph holds that too."""
    head, relation, tail = stored
    if not question.graph.relation_info(relation).symmetric:
        return None
    return stored_fact(question.graph, Edge(tail, relation, head))
