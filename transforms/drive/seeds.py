"""Seeds that depend on what is asked, never on when or beside whom."""

import hashlib


def derive_seed(run_seed: int, *parts: str | int) -> int:
    """Derive a seed in [0, 2**31) from the run's seed and the name of the draw.

    31 bits is what every engine accepts; only draws of one prompt must differ from each other.
    """
    text = "\0".join(map(str, (run_seed, *parts)))
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 33


def first_draw_seed(run_seed: int, problem_id: str, path: str) -> int:
    """Return the seed of sample 0 of an ask; sample i is drawn with this plus i.

    Below 2**30, so that no sample's seed leaves what engines accept.
    """
    return derive_seed(run_seed, problem_id, path) >> 1
