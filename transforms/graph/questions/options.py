"""Multiple choice: distractors of the answer's type, and options in another order."""

import dataclasses
import string
from collections.abc import Sequence
from random import Random

import numpy as np

from stepsmith.schemas.records import Problem
from stepsmith.transforms.graph.payload import GraphPayload, Option, read_graph_payload
from stepsmith.transforms.graph.questions.sample import Question
from stepsmith.transforms.graph.store import Graph
from stepsmith.transforms.graph.wording import spoken_name

MAX_OPTIONS = len(string.ascii_uppercase)
_TRIES_EACH = 20


def distractors(graph: Graph, question: Question, n: int, rng: Random) -> tuple[int, ...]:
    """Draw `n` nodes of the answer's type that are no answer; fewer where there are not so many.

    Of its type are the other tails of the last relation. None of them is on a path to an
    answer, none is called as another option is, and no fact leads there from where the last hop
    begins: in an open world one may still be true all the same, and more often the more tails
    the relation's heads have.
    """
    last = question.path[-1]
    pool = graph.tails_of(last.relation)
    barred = {node for path in question.paths for edge in path for node in (edge.head, edge.tail)}
    barred.update(question.answers)
    names = {spoken_name(graph, node).casefold() for node in (*question.answers, question.start)}
    found: list[int] = []
    for node in _in_random_order(pool, rng, n * _TRIES_EACH + len(barred)):
        name = spoken_name(graph, node).casefold()
        if node in barred or name in names or graph.between(last.head, node):
            continue
        found.append(node)
        names.add(name)
        if len(found) == n:
            break
    return tuple(found)


def _in_random_order(pool: np.ndarray, rng: Random, n: int) -> list[int]:
    """Draw `n` of a pool, or all of a small one, each once."""
    if len(pool) <= n:
        nodes: list[int] = pool.tolist()
        rng.shuffle(nodes)
        return nodes
    return [int(pool[at]) for at in rng.sample(range(len(pool)), n)]


def lettered(keys: Sequence[str], rng: Random) -> tuple[Option, ...]:
    """Put options in a random order and give them letters."""
    shuffled = list(keys)
    rng.shuffle(shuffled)
    letters = string.ascii_uppercase
    return tuple(Option(letter=letters[at], key=key) for at, key in enumerate(shuffled))


def options_text(options: Sequence[Option], names: dict[str, str]) -> str:
    """Return the options, one a line; `names` says what each key is called."""
    return "\n".join(f"{option.letter}. {names[option.key]}" for option in options)


def answer_letter(payload: GraphPayload) -> str:
    """Return the letter of the option that is an answer."""
    [letter] = [option.letter for option in payload.options if option.key in payload.answers]
    return letter


def reordered(problem: Problem, rng: Random) -> tuple[Problem, dict[str, str]]:
    """Return the question with its options in another order, and each old letter's new one.

    The text is the same but for the options' lines, which stand at its end.
    """
    payload = read_graph_payload(problem)
    lines = problem.prompt.split("\n")
    question, shown = lines[: -len(payload.options)], lines[-len(payload.options) :]
    names = {
        option.key: line.removeprefix(f"{option.letter}. ")
        for option, line in zip(payload.options, shown, strict=True)
    }
    options = lettered([option.key for option in payload.options], rng)
    letters = {option.key: option.letter for option in options}
    changed = dataclasses.replace(payload, options=options)
    return (
        dataclasses.replace(
            problem,
            prompt="\n".join([*question, options_text(options, names)]),
            answer=answer_letter(changed),
            payload=changed.encode(),
        ),
        {option.letter: letters[option.key] for option in payload.options},
    )
