"""What a run needs of Dataflow, set where the user has not."""

import re

from apache_beam.options.pipeline_options import (
    DebugOptions,
    GoogleCloudOptions,
    PipelineOptions,
    SetupOptions,
    StandardOptions,
    TestOptions,
)

from stepsmith.schemas.errors import UserError

ONE_PROCESS = "no_use_multiple_sdk_containers"
"""The experiment that gives one SDK process a machine instead of one a core."""

_MANY_PROCESSES = "use_multiple_sdk_containers"
_HARNESS_THREADS = 4
_IN_BUCKET = re.compile(r"gs://[a-z0-9][a-z0-9._-]{1,220}[a-z0-9](/.*)?")


def is_dataflow(options: PipelineOptions) -> bool:
    """Say whether the pipeline is meant for Dataflow."""
    return str(options.view_as(StandardOptions).runner).endswith("DataflowRunner")


def is_dry_run(options: PipelineOptions) -> bool:
    """Say whether the job is only to be built, not submitted."""
    return bool(options.view_as(TestOptions).dry_run)


def prepare(options: PipelineOptions) -> None:
    """Complete the options of a Dataflow job, leaving alone what the user has said.

    One SDK process a machine, since each would open an engine of its own; several threads, whose
    bundles share that process's window; no pickled main session, since our code is a package.
    Raises `UserError` for a folder that no bucket can hold.
    """
    cloud = options.view_as(GoogleCloudOptions)
    for name in ("temp_location", "staging_location"):
        folder = getattr(cloud, name)
        # Beam would make a bucket of its own instead, or ask for an account to make it with.
        if folder is not None and not _IN_BUCKET.fullmatch(folder):
            msg = f"--{name}={folder}: give a folder in a bucket, as in gs://my-bucket/tmp "
            msg += "(names of buckets are in lower case)"
            raise UserError(msg)
    experiments = options.view_as(DebugOptions).experiments or []
    if _MANY_PROCESSES not in experiments and ONE_PROCESS not in experiments:
        options.view_as(DebugOptions).add_experiment(ONE_PROCESS)
    debug = options.view_as(DebugOptions)
    if debug.number_of_worker_harness_threads is None:
        debug.number_of_worker_harness_threads = _HARNESS_THREADS
    options.view_as(SetupOptions).save_main_session = False
