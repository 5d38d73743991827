"""An environment of its own for each peer, under the user's cache and never in the project's."""

import hashlib
import subprocess
import sys
from pathlib import Path

from benchmarks.report import CannotRunError
from stepsmith.transforms.policy.folders import cache_folder, file_lock

_HERE = Path(__file__).parent
_UV = _HERE.parents[1] / "scripts" / "uv"
_TIMEOUT_S = 900.0


def interpreter_of(peer: str) -> Path:
    """Return the Python that has `peer` installed, as `peer.txt` pins it; installed on first use.

    Raises `CannotRunError` with the reason where it cannot be installed.
    """
    pins = _HERE / f"{peer}.txt"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    key = hashlib.blake2b(pins.read_bytes() + version.encode(), digest_size=4).hexdigest()
    folder = cache_folder() / "peers" / f"{peer}-{key}"
    folder.parent.mkdir(exist_ok=True)
    python, complete = folder / "bin" / "python", folder / "complete"
    with file_lock(folder.with_suffix(".lock")):
        if not complete.exists():
            _uv(peer, "venv", "--clear", "--python", sys.executable, str(folder))
            _uv(peer, "pip", "install", "--python", str(python), "--requirement", str(pins))
            complete.touch()
    return python


def _uv(peer: str, *arguments: str) -> None:
    try:
        done = subprocess.run(
            [str(_UV), "--quiet", *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=_TIMEOUT_S,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        msg = f"{peer} cannot be installed: {error}"
        raise CannotRunError(msg) from error
    if done.returncode:
        msg = f"{peer} cannot be installed: {done.stderr.strip()}"
        raise CannotRunError(msg)
