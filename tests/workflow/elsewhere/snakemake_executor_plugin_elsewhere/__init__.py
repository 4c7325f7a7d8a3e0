"""An executor of Snakemake's for tests: it starts jobs as a batch system does, on this machine.

Each job is a Snakemake of its own, with the environment of the first one. It waits in the queue
until the file `open` is in the working folder.
"""

import subprocess
from collections.abc import AsyncGenerator
from typing import Any

from snakemake_interface_executor_plugins.executors.base import SubmittedJobInfo
from snakemake_interface_executor_plugins.executors.remote import RemoteExecutor
from snakemake_interface_executor_plugins.settings import CommonSettings

common_settings = CommonSettings(
    non_local_exec=True, implies_no_shared_fs=False, job_deploy_sources=False
)


_QUEUE = "until [ -e open ]; do sleep 0.05; done"


class Executor(RemoteExecutor):
    """Starts a process for each job."""

    def run_job(self, job: Any) -> None:
        command = f"{_QUEUE}\n{self.format_job_exec(job)}"
        process = subprocess.Popen(command, shell=True, start_new_session=True)
        self.report_job_submission(SubmittedJobInfo(job, str(process.pid), {"process": process}))

    async def check_active_jobs(
        self, active_jobs: list[SubmittedJobInfo]
    ) -> AsyncGenerator[SubmittedJobInfo, None]:
        for submitted in active_jobs:
            code = submitted.aux["process"].poll()
            if code is None:
                yield submitted
            elif code == 0:
                self.report_job_success(submitted)
            else:
                self.report_job_error(submitted)

    def cancel_jobs(self, active_jobs: list[SubmittedJobInfo]) -> None:
        for submitted in active_jobs:
            submitted.aux["process"].terminate()
