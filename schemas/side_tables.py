"""The tables beside the trajectories: what the searches were paid for, made and met."""

# pyright: basic
# pyarrow ships no types, so strict mode would report every use of it as unknown.

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from stepsmith.schemas.facts import Counterfactual, Evidence
from stepsmith.schemas.records import ErrorRecord, Mutation, Node, Pair, Rollout
from stepsmith.schemas.table import Table, plain_table, required

# A trajectory that was not sampled has none of it, and a null struct's fields are null too.
SAMPLING = pa.struct(
    [
        pa.field("temperature", pa.float64()),
        pa.field("top_p", pa.float64()),
        pa.field("max_tokens", pa.int64()),
        pa.field("stop", pa.list_(pa.string())),
    ]
)

ROLLOUTS: Table[Rollout] = plain_table(
    Rollout,
    name="rollouts",
    version="1",
    fields=(
        required("problem_id", pa.string()),
        required("path", pa.string()),
        required("sample_index", pa.int64()),
        required("seed", pa.int64()),
        required("policy", pa.string()),
        required("sampling", SAMPLING),
        required("prefix", pa.string()),
        required("text", pa.string()),
        required("finish_reason", pa.string()),
        pa.field("n_prompt_tokens", pa.int64()),
        pa.field("n_tokens", pa.int64()),
        pa.field("logprob", pa.float64()),
        pa.field("tokens", pa.list_(pa.string())),
        pa.field("token_logprobs", pa.list_(pa.float64())),
    ),
    order=("problem_id", "path", "sample_index"),
)

TREES: Table[Node] = plain_table(
    Node,
    name="trees",
    version="1",
    fields=(
        required("id", pa.string()),
        required("problem_id", pa.string()),
        pa.field("parent_id", pa.string()),
        pa.field("trajectory_id", pa.string()),
        required("start", pa.int64()),
        required("end", pa.int64()),
        required("text", pa.string()),
        required("visits", pa.int64()),
        pa.field("value", pa.float64()),
        pa.field("prior", pa.float64()),
        pa.field("n_rollouts", pa.int64()),
        pa.field("n_correct", pa.int64()),
        pa.field("n_undecided", pa.int64()),
        pa.field("outcome", pa.string()),
        required("chosen", pa.bool_()),
    ),
    order=("problem_id", "id"),
)

PAIRS: Table[Pair] = plain_table(
    Pair,
    name="pairs",
    version="1",
    fields=(
        required("id", pa.string()),
        required("problem_id", pa.string()),
        required("prompt", pa.string()),
        required("prefix", pa.string()),
        required("chosen", pa.string()),
        required("rejected", pa.string()),
        required("preference", pa.float64()),
        required("kind", pa.string()),
        required("branch_step", pa.int64()),
        pa.field("chosen_id", pa.string()),
        pa.field("rejected_id", pa.string()),
        required("source", pa.string()),
    ),
    order=("problem_id", "id"),
)

MUTATIONS: Table[Mutation] = plain_table(
    Mutation,
    name="mutations",
    version="1",
    fields=(
        required("id", pa.string()),
        required("problem_id", pa.string()),
        required("operator", pa.string()),
        required("op_kind", pa.string()),
        pa.field("flaw", pa.string()),
        required("line_index", pa.int64()),
        required("line", pa.int64()),
        required("prompt", pa.string()),
        required("prefix", pa.string()),
        required("before", pa.string()),
        required("after", pa.string()),
        required("exec_outcome", pa.string()),
        pa.field("failing_test", pa.string()),
        pa.field("expected", pa.string()),
        pa.field("got", pa.string()),
        pa.field("error", pa.string()),
        pa.field("label", pa.bool_()),
        required("label_scope", pa.string()),
        pa.field("survived", pa.bool_()),
        required("n_completions", pa.int64()),
        required("n_completions_passed", pa.int64()),
        required("image", pa.string()),
        required("isolation", pa.string()),
        required("tests", pa.string()),
    ),
    order=("problem_id", "id"),
)

COUNTERFACTUALS: Table[Counterfactual] = plain_table(
    Counterfactual,
    name="counterfactuals",
    version="1",
    fields=(
        required("id", pa.string()),
        required("problem_id", pa.string()),
        required("kind", pa.string()),
        pa.field("flaw", pa.string()),
        required("fault", pa.string()),
        required("safety", pa.string()),
        required("check", pa.string()),
        pa.field("chance", pa.float64()),
        required("hop", pa.int64()),
        required("n_hops", pa.int64()),
        required("step_index", pa.int64()),
        required("continuation", pa.string()),
        required("prompt", pa.string()),
        required("prefix", pa.string()),
        required("before", pa.string()),
        required("after", pa.string()),
        pa.field("before_fact", pa.string()),
        pa.field("after_fact", pa.string()),
        pa.field("label", pa.bool_()),
        required("graph", pa.string()),
    ),
    order=("problem_id", "id"),
)

EVIDENCE: Table[Evidence] = plain_table(
    Evidence,
    name="evidence",
    version="1",
    fields=(
        required("id", pa.string()),
        required("problem_id", pa.string()),
        required("pair_group", pa.string()),
        required("block", pa.string()),
        required("pool", pa.string()),
        required("split", pa.string()),
        required("case_id", pa.string()),
        required("case", pa.string()),
        required("evidence_id", pa.string()),
        required("evidence", pa.string()),
        required("claim", pa.string()),
        required("label", pa.bool_()),
        required("finding", pa.string()),
        required("state", pa.string()),
        required("evidence_finding", pa.string()),
        required("evidence_state", pa.string()),
        required("evidence_origin", pa.string()),
        pa.field("modifier", pa.string()),
        pa.field("modifier_state", pa.string()),
        pa.field("modifier_origin", pa.string()),
        required("safety", pa.string()),
    ),
    order=("problem_id", "id"),
)

ERRORS: Table[ErrorRecord] = plain_table(
    ErrorRecord,
    name="errors",
    version="1",
    fields=(
        required("stage", pa.string()),
        required("kind", pa.string()),
        required("message", pa.string()),
        pa.field("problem_id", pa.string()),
        pa.field("location", pa.string()),
        pa.field("line", pa.int64()),
        pa.field("field", pa.string()),
        required("input", pa.string()),
    ),
    order=("stage", "location", "line", "problem_id", "message", "input"),
)

MADE: Mapping[str, Table[Any]] = {
    "nodes": TREES,
    "pairs": PAIRS,
    "mutations": MUTATIONS,
    "counterfactuals": COUNTERFACTUALS,
    "evidence": EVIDENCE,
}
"""The tables that a search fills beside its rows, by the field of its result."""
