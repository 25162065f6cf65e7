"""Several processes behind one socket. They share the mapped model file; nothing is pickled to them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import final

import msgspec

from fledge.core.errors import FledgeError, ModelFileError, UsageError
from fledge.core.log import log
from fledge.serve.settings import Settings

_START = "from fledge.serve.workers import work; work()"
_LOOK_EVERY = 0.2
_PATIENCE = 15


@final
class Job(msgspec.Struct):
    """What a process is told: a line of JSON on its standard input, which it then watches for its parent's end."""

    settings: Settings
    socket: int
    number: int


@final
@dataclass
class Workers:
    """The processes of one server, kept at their number until they are told to end."""

    settings: Settings
    listening: socket.socket
    running: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self) -> None:
        """All of them, loaded; an error if one can't load the model."""
        if sys.platform == "win32":
            raise UsageError("several workers share a socket, which Windows does not offer", hint="--workers 1")
        for number in range(self.settings.workers):
            self.running[number] = self._started(number)
        for number in self.running:
            self._await_ready(number)

    def watch(self, ended: Callable[[], bool]) -> None:
        """Starts whichever dies anew, until `ended`."""
        while not ended():
            for number, process in self.running.items():
                if process.poll() is not None and not ended():
                    log.warning("worker %d ended with status %d; starting it again", number, process.returncode)
                    self.running[number] = self._started(number)
                    self._await_ready(number)
            time.sleep(_LOOK_EVERY)

    def stop(self) -> None:
        """Tells all to end, which they do once they have answered what they took on."""
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()

    def _started(self, number: int) -> subprocess.Popen[bytes]:
        handle = self.listening.fileno()
        # -P: no module is taken from the folder somebody happens to stand in.
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START], stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=[handle]
        )
        assert process.stdin is not None
        process.stdin.write(msgspec.json.encode(Job(self.settings, handle, number)) + b"\n")
        process.stdin.flush()
        return process

    def _await_ready(self, number: int) -> None:
        said = self.running[number].stdout
        assert said is not None
        if not said.readline():
            kind = ModelFileError if self.running[number].wait() == ModelFileError.exit_code else FledgeError
            raise kind(f"worker {number} could not start: what it said stands above", hint="try --workers 1")


def work() -> None:
    """What each process runs."""
    from fledge.serve.server import serve

    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=Job)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        serve(job.settings, socket.socket(fileno=job.socket), worker=job.number, ready=_say_ready)
    except FledgeError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)


def _say_ready() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()


def supervise(settings: Settings, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Runs the workers until SIGTERM or SIGINT, and then lets that signal do to this process what it would have done."""
    workers = Workers(settings, listening)
    with _signals() as caught:
        try:
            workers.start()
            ready()
            workers.watch(lambda: bool(caught))
        finally:
            workers.stop()
    if caught:
        signal.raise_signal(caught[0])


@contextmanager
def _signals() -> Iterator[list[int]]:
    """The signals to end that come during the block."""
    caught: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        caught.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield caught
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_with_parent() -> None:
    """Ends this process once nobody holds the other end of its standard input."""
    while os.read(sys.stdin.fileno(), 1):  # past Python's buffer, whose lock would be held when this process ends
        pass
    signal.raise_signal(signal.SIGTERM)
