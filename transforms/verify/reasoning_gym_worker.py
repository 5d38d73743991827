"""The inside of the worker for `reasoning_gym.answer`: the generators' own scorers.

Some of them evaluate the answer as code, or search for as long as it takes: never in our process.
"""

import importlib
import warnings

import msgspec

from stepsmith.schemas.codec import known
from stepsmith.transforms.source.gym_entry import GymPayload, score_answer

TARGET = f"{__name__}:score"


def prepare() -> None:
    """Import the generators, which takes seconds, before the first answer's clock starts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of their dependencies' syntax, when first compiled
        importlib.import_module("reasoning_gym")


def score(payload: bytes) -> bytes:
    """Score an answer, given as msgpack `(payload, answer)`; the score is JSON."""
    entry, answer = msgspec.msgpack.decode(payload, type=known(tuple[GymPayload, str]))
    return msgspec.json.encode(score_answer(entry, answer))
