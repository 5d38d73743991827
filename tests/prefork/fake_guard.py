"""A guard that misbehaves as told: for what the real one never does, or not when a test wants it.

Its first program's source says what to do; frames are read and written by the real code.
"""

import os
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

FRAMES = Path(__file__).parents[2] / "sandboxes" / "guard" / "frames.py"


def load_frames() -> ModuleType:
    module = ModuleType("frames")
    sys.modules["frames"] = module
    exec(compile(FRAMES.read_text(), "frames.py", "exec"), module.__dict__)  # noqa: S102
    return module


class Guard:
    def __init__(self) -> None:
        self.frames: Any = load_frames()
        self.unpacker = self.frames.Unpacker()
        self.waiting: list[Any] = []
        self.run = 0
        self.layers = ["none"]

    def next(self) -> Any:
        while not self.waiting:
            data = os.read(0, 65536)
            if not data:
                os._exit(0)
            self.waiting += self.unpacker.feed(data)
        return self.waiting.pop(0)

    def send(self, kind: str, payload: bytes = b"", **header: object) -> None:
        left = memoryview(self.frames.pack({"kind": kind, **header}, payload))
        while left:
            left = left[os.write(1, left) :]

    def done(self, outcome: str = "exited", n: int = 1, **end: object) -> None:
        self.send("done", run=self.run, parties=[{"outcome": outcome, **end}] * n)

    def serve(self) -> None:
        configure = self.next().header
        if configure["warm"]:
            exec(configure["warm"][0], {"guard": self, "time": time})  # noqa: S102 -- a test's own
        level = "unsafe" if configure["level"] == "best" else configure["level"]
        self.send("ready", level=level, layers=self.layers, missing=["all"], python="3")
        while True:
            frame = self.next()
            if frame.header["kind"] != "run":
                continue
            self.run = frame.header["run"]
            length = frame.header["parties"][0]["source"]
            given = {"guard": self, "frame": frame, "time": time, "os": os}
            exec(frame.payload[:length], given)  # noqa: S102 -- the test's own words


Guard().serve()
