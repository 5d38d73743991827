"""A Dataflow job of a recipe, built offline: its machines, its one process a VM, what is staged."""

import json
from pathlib import Path
from typing import Any
from unittest import mock

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions

from stepsmith.pipelines.run import RunOptions, make_job, run
from stepsmith.pipelines.stages import build
from stepsmith.schemas import UserError
from stepsmith.transforms.beam.dataflow import prepare
from tests.pipelines.runs import write_recipe

apiclient = pytest.importorskip(
    "apache_beam.runners.dataflow.internal.apiclient", reason="needs apache-beam[gcp]"
)

GPU = "worker_accelerator=type:nvidia-l4;count:1;install-nvidia-driver:5xx"
ARGUMENTS = (
    "--runner=DataflowRunner",
    "--project=test-project",
    "--region=us-central1",
    "--dry_run=True",
    "--no_auth",
    "--temp_location=gs://beam-test/tmp",
    "--staging_location=gs://beam-test/stg",
    "--sdk_location=container",
    "--sdk_container_image=registry.example/stepsmith:1",
    "--machine_type=g2-standard-8",
    "--disk_size_gb=200",
    f"--dataflow_service_options={GPU}",
    "--max_num_workers=3",
)


@pytest.fixture
def staged() -> dict[str, Any]:
    return {}


@pytest.fixture
def job_json(tmp_path: Path, staged: dict[str, Any]) -> dict[str, Any]:
    job = make_job(str(write_recipe(tmp_path)), output="gs://beam-test/out", overrides=[])
    options = PipelineOptions(list(ARGUMENTS))
    prepare(options)
    pipeline = beam.Pipeline(options=options)
    build(pipeline, job)
    result = pipeline.run()

    def stage(client: object, *arguments: Any, **options: Any) -> None:
        staged[str(arguments[1])] = arguments

    client_class = apiclient.DataflowApplicationClient
    with (
        mock.patch.object(client_class, "stage_file", stage),
        mock.patch.object(client_class, "_gcs_file_copy", stage),
    ):
        client = client_class(result.job.options, result.job.root_staging_location)
        client.create_job_description(result.job)
    return json.loads(result.job.json())


def test_workers_are_the_machines_asked_for(job_json: dict[str, Any]) -> None:
    [pool] = job_json["environment"]["workerPools"]
    assert pool["machineType"] == "g2-standard-8"
    assert pool["diskSizeGb"] == 200
    assert pool["autoscalingSettings"]["maxNumWorkers"] == 3


def test_the_gpu_is_a_service_option(job_json: dict[str, Any]) -> None:
    assert job_json["environment"]["serviceOptions"] == [GPU]


def test_one_process_a_machine_opens_one_engine(job_json: dict[str, Any]) -> None:
    experiments = job_json["environment"]["experiments"]
    assert "no_use_multiple_sdk_containers" in experiments
    [pool] = job_json["environment"]["workerPools"]
    assert pool["numThreadsPerWorker"] == 4


def test_only_the_pipeline_and_its_dependencies_are_staged(
    job_json: dict[str, Any], staged: dict[str, Any]
) -> None:
    names = {name.rpartition("/")[2] for name in staged}
    # Beam asks pip for the list of dependencies, which an environment may lack.
    assert {"pipeline.pb"} <= names <= {"pipeline.pb", "submission_environment_dependencies.txt"}


def test_a_user_who_wants_many_processes_gets_them() -> None:
    options = PipelineOptions([*ARGUMENTS, "--experiments=use_multiple_sdk_containers"])
    prepare(options)
    experiments = options.get_all_options()["experiments"]
    assert "no_use_multiple_sdk_containers" not in experiments


@pytest.mark.parametrize("name", ["temp_location", "staging_location"])
@pytest.mark.parametrize("folder", ["gs://BUCKET/tmp", "gs://", "out/tmp", "gs:/beam-test/tmp"])
def test_a_folder_that_no_bucket_can_hold_is_named_before_an_account_is_asked_for(
    name: str, folder: str
) -> None:
    with pytest.raises(UserError, match=f"--{name}={folder}: give a folder in a bucket, as in gs:"):
        prepare(PipelineOptions([*ARGUMENTS, f"--{name}={folder}"]))


def test_a_dry_run_from_the_command_line_writes_nothing(tmp_path: Path) -> None:
    root = tmp_path / "out"
    job = make_job(str(write_recipe(tmp_path)), output=str(root), overrides=[])
    assert run(job, RunOptions(beam_args=ARGUMENTS)) is None
    assert not root.exists()
