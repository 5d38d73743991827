"""The records of what is made of known facts: chains that were made wrong, and evidence."""

import dataclasses
from typing import Literal

EvidenceBlock = Literal["plain", "conditional"]
EvidencePool = Literal["support", "wrong_state", "topic", "case_mismatch", "condition"]
EvidenceOrigin = Literal["fact", "counterfactual", "rule"]
ModifierOrigin = Literal["declared", "drawn", "synthesised"]
EvidenceSafety = Literal["always", "curated", "functional", "closed_world"]
"""Why a claim does not hold of a case.

By construction; since a curator says so; since the finding has one state in each case; or only
since the facts do not list it.
"""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Counterfactual:
    """One chain of facts with one step made wrong on purpose, and why that step is wrong.

    `id` is that of its trajectory. `kind` names the operator and `flaw` the PRMBench class of the
    error, if one fits. `fault` is what is wrong: the `fact` is false, its `polarity`, its `place`
    in the chain, the `answer`, or (nothing false, a repeat) its `use`; `none` is a right step in
    the words of a wrong one. `safety` says why that is
    sure: by its construction, by a person's word, or by the fact's absence from the graph; `check`
    what was looked up, and `chance` how many such facts would be there if the relation joined its
    heads and tails at random.

    `hop` of the gold chain's `n_hops` was edited and `step_index` is the first wrong step, both
    from 0. That step reads `after`; the reference has `before` in its place, and both follow
    `prompt` and `prefix`. `before_fact` and `after_fact` are what they state, by keys, as
    `head | relation | tail`; null for the answer. The `continuation` behind it is the gold chain's
    (`kept`), the same relations `followed` from where the edit leads, or the answer at once
    (`ended`). `label` is whether the step is right. `graph` is the digest of the graph.
    """

    id: str
    problem_id: str
    kind: str
    flaw: str | None = None
    fault: str
    safety: str
    check: str
    chance: float | None = None
    hop: int
    n_hops: int
    step_index: int
    continuation: str
    prompt: str
    prefix: str
    before: str
    after: str
    before_fact: str | None = None
    after_fact: str | None = None
    label: bool | None = False
    graph: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """One claim about a case, one piece of evidence, and whether it supports the claim there.

    `id` is that of its trajectory. `pool` says how the evidence was chosen: `support` is the label
    true, the others say why it is not (`condition`: the evidence says otherwise of such a case).
    `block` is the design that it belongs to, and `pair_group` the examples that were made together:
    folds and splits keep a group whole, and no text of a case or of evidence stands in two splits.

    `finding` and `state` are what the claim says of the case, `evidence_finding` and
    `evidence_state` what the evidence says; evidence that is a rule has that state where the
    modifier is in the rule's first one. `modifier` and `modifier_state` are of the case, null in
    the plain block. `safety` says why a claim that is said not to hold of the case does not.
    """

    id: str
    problem_id: str
    pair_group: str
    block: EvidenceBlock
    pool: EvidencePool
    split: str
    case_id: str
    case: str
    evidence_id: str
    evidence: str
    claim: str
    label: bool
    finding: str
    state: str
    evidence_finding: str
    evidence_state: str
    evidence_origin: EvidenceOrigin
    modifier: str | None = None
    modifier_state: str | None = None
    modifier_origin: ModifierOrigin | None = None
    safety: EvidenceSafety = "always"
