"""The engine's client (`docker run ...`) as a child process, which leaves no container behind."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field

from evosweep.errors import InputError, RunError
from evosweep.processes import kill, signals
from evosweep.processes.lock import Locked
from evosweep.processes.signals import Stops

_GRACE = 8.5  # seconds from a stop to the container's removal; inside, a stop takes at most 8
_NOT_STARTED = {"docker": 125, "podman": 125, "apptainer": 255}
_COMPLAINTS = (
    *(b"docker: ", b"Error: ", b"FATAL: "),
    *(b"unknown flag: ", b"unknown shorthand flag: ", b"flag needs an argument: "),
    *(b"invalid argument ", b"error waiting for container: "),
)
_LOOK = 60.0  # seconds of a wait, which the client's end and a stop cut short
_TAKEN_FOR = 10.0  # seconds to wait for an orphaned container of the same run to end


@dataclass
class Client:
    """Runs a container named `name` in the foreground, through the client of `engine`."""

    engine: str
    name: str
    argv: list[str]
    _held: list[bytes] = field(default_factory=list)

    def run(self) -> int:
        """Run the container; returns the exit code inside, or 128 + the signal of a stop.

        Raises InputError if the engine could not start the container, and Locked if another
        container works on the same run. In each case, no container is left.
        """
        deadline = time.monotonic() + _TAKEN_FOR
        with Stops(_parents()) as stops:
            while True:
                code = self._once(stops)
                complaint = self._complaint(code)
                if complaint is None or stops.signal:
                    self._check_killed(code)
                    return code
                if "already in use" not in complaint:
                    raise InputError(f"{self.engine} could not start the container: {complaint}")
                if time.monotonic() > deadline:
                    raise Locked(
                        f"container {self.name} works on this run already; wait for it, or end it: "
                        f"{self.engine} stop {self.name}"
                    )
                self._engine("rm", self.name)  # the engine refuses this while it runs
                stops.wait(0.5)

    def _once(self, stops: Stops) -> int:
        self._held.clear()
        process = subprocess.Popen(
            self.argv, stdin=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        )
        passing = threading.Thread(target=self._pass_on, args=(process,), daemon=True)
        passing.start()
        try:
            code = self._wait(process, stops)
        finally:
            self._end(process)
            passing.join(1.0)
        return 128 + stops.signal if stops.signal and code != 0 else code

    def _wait(self, process: "subprocess.Popen[bytes]", stops: Stops) -> int:
        while not stops.signal and process.poll() is None:
            stops.wait(_LOOK)
        if process.returncode is not None:
            return process.returncode
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(stops.signal)  # the client passes it on to the container
        self._close(process)  # and if it does not, the closed pipe stops the run
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(_GRACE)
        return 128 + stops.signal

    def _end(self, process: "subprocess.Popen[bytes]") -> None:
        """End the client and remove the container, in whatever state they are."""
        self._close(process)
        if process.poll() is not None and process.returncode >= 0:
            return  # the client saw the container's end, and removed it
        if self.engine != "apptainer":  # whose container is the client's own child
            if process.returncode is not None:  # the client was killed: the container will stop
                self._engine("stop", "-t", "8", self.name)
            self._engine("rm", "--force", self.name)
        kill.group(process)

    def _close(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            process.stdin.close()

    def _engine(self, *command: str) -> None:
        subprocess.run([self.engine, *command], capture_output=True, check=False)

    def _pass_on(self, process: "subprocess.Popen[bytes]") -> None:
        """Pass standard error on; keep it from the first complaint of the client itself."""
        assert process.stderr is not None
        for line in process.stderr:
            if self._held or line.startswith(_COMPLAINTS):
                self._held.append(line)
            else:
                sys.stderr.buffer.write(line)
                sys.stderr.flush()

    def _complaint(self, code: int) -> str | None:
        """Return the client's error if it could not start the container, else None."""
        text = b"".join(self._held).decode(errors="replace")
        if code != _NOT_STARTED[self.engine]:
            sys.stderr.write(text)
            return None
        lines = [line for line in text.splitlines() if not line.startswith(("See '", "Run '"))]
        what, _, _ = "\n".join(lines).partition("\n\n")  # the rest is the engine's usage
        return " ".join(what.split()) or f"exit code {code}"

    def _check_killed(self, code: int) -> None:
        """Raise RunError with the likely cause if the container or the client was killed."""
        if code == 128 + signal.SIGKILL:
            raise RunError(
                f"container {self.name} was killed, most often because its memory ran out; give it "
                "more (memory: in the config's container), and call the same command again"
            )
        if code < 0:
            raise RunError(
                f"the client of container {self.name} was killed by signal {-code}, so it was "
                "stopped; the same command goes on with the run"
            )


def _parents() -> list[int]:
    """Return the numbers of the workflow's process and of the shell that it started us with."""
    workflow = signals.workflow()
    return [] if workflow is None else [workflow, os.getppid()]
