"""Rewrite a Llama model in a GGUF file as the folder that Transformers and vLLM load.

Transformers' own reader parses the file four times for this and starts torch (53 s for a model of
135 M weights; here about 10 s). It also loses SmolLM2's way of splitting digits.
"""

import dataclasses
import json
import struct
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

import numpy as np
import numpy.typing as npt

_Floats = npt.NDArray[np.float32]

_CONTROL_TOKEN = 3
_NAMES = {
    "token_embd": "model.embed_tokens",
    "output_norm": "model.norm",
    "output": "lm_head",
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
_BYTE_LEVEL = {
    "type": "ByteLevel",
    "add_prefix_space": False,
    "trim_offsets": True,
    "use_regex": True,
}
_PRE_TOKENIZERS: dict[str, object] = {
    "gpt-2": _BYTE_LEVEL,
    "smollm": {
        "type": "Sequence",
        "pretokenizers": [{"type": "Digits", "individual_digits": True}, _BYTE_LEVEL],
    },
}


class _Field(Protocol):
    def contents(self) -> object: ...


class _Tensor(Protocol):
    name: str
    tensor_type: object
    data: npt.NDArray[np.uint8]


class _Reader(Protocol):
    fields: Mapping[str, _Field]
    tensors: Sequence[_Tensor]


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Gguf:
    reader: _Reader
    dequantize: Callable[[npt.NDArray[np.uint8], object], _Floats]

    def number(self, name: str) -> int:
        return cast("int", self.reader.fields[name].contents())

    def real(self, name: str) -> float:
        return cast("float", self.reader.fields[name].contents())

    def text(self, name: str) -> str:
        return cast("str", self.reader.fields[name].contents())

    def texts(self, name: str) -> list[str]:
        return cast("list[str]", self.reader.fields[name].contents())


def convert_gguf(file: Path, folder: Path) -> None:
    """Write the model in `file` into `folder`, which exists, with its weights in bfloat16."""
    gguf = _open(file)
    n_heads = gguf.number("llama.attention.head_count")
    n_kv_heads = gguf.number("llama.attention.head_count_kv")
    weights = {
        _name(tensor.name): _restore(tensor, gguf, n_heads=n_heads, n_kv_heads=n_kv_heads)
        for tensor in gguf.reader.tensors
    }
    with (folder / "model.safetensors").open("wb") as output:
        write_safetensors(output, weights)
    tokens = gguf.texts("tokenizer.ggml.tokens")
    _write_json(folder / "config.json", _config(gguf, tied="lm_head.weight" not in weights))
    _write_json(folder / "tokenizer.json", _tokenizer(gguf, tokens))
    _write_json(folder / "tokenizer_config.json", _tokenizer_config(gguf, tokens))
    template = gguf.text("tokenizer.chat_template")
    (folder / "chat_template.jinja").write_text(template, encoding="utf-8")


def write_safetensors(output: BinaryIO, weights: Mapping[str, _Floats]) -> None:
    """Write `weights`, rounded to bfloat16, in the safetensors format."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    offset = 0
    for name, weight in weights.items():
        end = offset + 2 * weight.size
        header[name] = {"dtype": "BF16", "shape": weight.shape, "data_offsets": [offset, end]}
        offset = end
    encoded = json.dumps(header).encode()
    encoded += b" " * (-len(encoded) % 8)
    output.write(struct.pack("<Q", len(encoded)) + encoded)
    for weight in weights.values():
        output.write(to_bfloat16(weight).tobytes())


def to_bfloat16(weight: _Floats) -> npt.NDArray[np.uint16]:
    """Return the upper halves of float32 values, rounded to the nearest, ties to even."""
    bits = np.ascontiguousarray(weight, dtype=np.float32).view(np.uint32)
    return ((bits + (0x7FFF + ((bits >> 16) & 1))) >> 16).astype(np.uint16)


def _open(file: Path) -> _Gguf:
    import gguf
    from gguf.quants import dequantize

    library = cast("Any", gguf)
    return _Gguf(reader=library.GGUFReader(file), dequantize=cast("Any", dequantize))


def _name(name: str) -> str:
    *block, kind, suffix = name.split(".")
    layer = f"model.layers.{block[1]}." if block else ""
    return f"{layer}{_NAMES[kind]}.{suffix}"


def _restore(tensor: _Tensor, gguf: _Gguf, *, n_heads: int, n_kv_heads: int) -> _Floats:
    weight = gguf.dequantize(tensor.data, tensor.tensor_type)
    if ".attn_q." in tensor.name:
        return _interleave(weight, n_heads)
    if ".attn_k." in tensor.name:
        return _interleave(weight, n_kv_heads)
    return weight


def _interleave(weight: _Floats, n_heads: int) -> _Floats:
    """Undo the order of rows that GGUF keeps for its rotary embedding."""
    halves = weight.reshape(n_heads, -1, 2, weight.shape[1])
    return halves.swapaxes(1, 2).reshape(weight.shape)


def _config(gguf: _Gguf, *, tied: bool) -> dict[str, object]:
    theta = gguf.real("llama.rope.freq_base")
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "dtype": "bfloat16",
        "hidden_act": "silu",
        "hidden_size": gguf.number("llama.embedding_length"),
        "intermediate_size": gguf.number("llama.feed_forward_length"),
        "num_hidden_layers": gguf.number("llama.block_count"),
        "num_attention_heads": gguf.number("llama.attention.head_count"),
        "num_key_value_heads": gguf.number("llama.attention.head_count_kv"),
        "head_dim": gguf.number("llama.rope.dimension_count"),
        "max_position_embeddings": gguf.number("llama.context_length"),
        "rms_norm_eps": gguf.real("llama.attention.layer_norm_rms_epsilon"),
        "rope_theta": theta,  # Transformers 4 reads this, 5 the next
        "rope_parameters": {"rope_theta": theta, "rope_type": "default"},
        "vocab_size": gguf.number("llama.vocab_size"),
        "tie_word_embeddings": tied,
        "attention_bias": False,
        "mlp_bias": False,
        "bos_token_id": gguf.number("tokenizer.ggml.bos_token_id"),
        "eos_token_id": gguf.number("tokenizer.ggml.eos_token_id"),
        "pad_token_id": gguf.number("tokenizer.ggml.padding_token_id"),
    }


def _tokenizer(gguf: _Gguf, tokens: Sequence[str]) -> dict[str, object]:
    types = cast("list[int]", gguf.reader.fields["tokenizer.ggml.token_type"].contents())
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    return {
        "version": "1.0",
        "added_tokens": [
            {"id": index, "content": token, **flags, "special": True}
            for index, (token, kind) in enumerate(zip(tokens, types, strict=True))
            if kind == _CONTROL_TOKEN
        ],
        "normalizer": None,
        "pre_tokenizer": _PRE_TOKENIZERS[gguf.text("tokenizer.ggml.pre")],
        "post_processor": None,
        "decoder": _BYTE_LEVEL,
        "model": {
            "type": "BPE",
            "vocab": {token: index for index, token in enumerate(tokens)},
            "merges": [merge.split(" ") for merge in gguf.texts("tokenizer.ggml.merges")],
        },
    }


def _tokenizer_config(gguf: _Gguf, tokens: Sequence[str]) -> dict[str, object]:
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": gguf.number("llama.context_length"),
        "clean_up_tokenization_spaces": False,
        "bos_token": tokens[gguf.number("tokenizer.ggml.bos_token_id")],
        "eos_token": tokens[gguf.number("tokenizer.ggml.eos_token_id")],
        "pad_token": tokens[gguf.number("tokenizer.ggml.padding_token_id")],
        "unk_token": tokens[gguf.number("tokenizer.ggml.unknown_token_id")],
    }


def _write_json(file: Path, content: Mapping[str, object]) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
