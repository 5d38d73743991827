"""A target whose module takes long to prepare: that is not on the call's clock."""

import time

_prepared: list[bool] = []


def prepare() -> None:
    time.sleep(3)
    _prepared.append(True)


def times_prepared(_: bytes) -> bytes:
    return str(len(_prepared)).encode()
