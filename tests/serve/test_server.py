"""`fledge serve` as a process of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from fledge.cli.table import COMMANDS
from tests.counts import count
from tests.predictor.small import pictures, small_predictor
from tests.serve.calls import FORM, form, png, raw, status

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("serve" not in COMMANDS, reason="`serve` does not stand in the table of commands"),
]

COMMAND = [sys.executable, "-m", "fledge", "serve"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
FILE = png(pictures(1)[0])
BODY = form(FILE)
HEAD = (
    f"POST /predict HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {FORM['content-type']}\r\n"
    f"Content-Length: {len(BODY)}\r\n\r\n"
).encode()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    small_predictor().save(folder / "model.safetensors")
    return folder


@contextmanager
def served(model: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], int, str]]:
    """A server that answers, its port, and what it said."""
    command = [*COMMAND, str(model), "--port", "0", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT) as process:
        assert process.stderr is not None
        try:
            said = process.stderr.readline()
            found = re.search(r":(\d+)/", said)
            assert found, said + process.stderr.read()
            yield process, int(found[1]), said
        finally:
            process.terminate()
            process.wait(30)


def answer(port: int, path: str = "predict", **headers: str) -> Any:
    body = BODY if path == "predict" else None
    request = urllib.request.Request(f"http://127.0.0.1:{port}/{path}", body, {**(FORM if body else {}), **headers})
    with urllib.request.urlopen(request, timeout=20) as reply:
        return reply.read().decode()


def test_a_runs_folder_is_served_with_the_answers_of_a_call(model: Path) -> None:
    with served(model) as (_, port, said):
        assert said.startswith("model answers at http://127.0.0.1:")
        assert json.loads(answer(port)) == {"answers": [small_predictor()(FILE).as_dict()]}


@pytest.mark.promise("E9")
def test_told_to_end_it_answers_what_it_took_on_and_ends(model: Path) -> None:
    for _ in range(count(1, 100)):
        with served(model) as (process, port, _):
            answer(port)
            clients = ThreadPoolExecutor(20)
            replies = [clients.submit(raw, port, HEAD, BODY, wait=0.02) for _ in range(20)]
            time.sleep(0.05)
            started = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(15) == 143
            assert time.monotonic() - started < 10
            clients.shutdown()
        assert [status(each.result()) for each in replies] == [200] * 20
        with pytest.raises(ConnectionRefusedError):
            raw(port, HEAD, BODY)


def test_the_second_ctrl_c_waits_for_nobody(model: Path) -> None:
    with served(model) as (process, port, _):
        stuck = threading.Thread(target=raw, args=(port, HEAD, BODY[:-3]), kwargs={"timeout": 20.0})
        stuck.start()
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        assert process.wait(5) == 130
        stuck.join()


def test_workers_share_the_work_and_one_that_dies_is_replaced(model: Path) -> None:
    with served(model, "--workers", "2") as (process, port, _):
        parent = psutil.Process(process.pid)
        assert not any("torch" in each.path for each in parent.memory_maps())
        first = parent.children()
        assert len(first) == 2
        seen = {re.findall(r'fledge_waiting\{worker="(\d)"', answer(port, "metrics"))[0] for _ in range(50)}
        assert seen <= {"0", "1"}
        first[0].kill()
        deadline = time.monotonic() + 60
        while (now := {each.pid for each in parent.children()}) == {each.pid for each in first} or len(now) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert json.loads(answer(port)) == {"answers": [small_predictor()(FILE).as_dict()]}
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 143
        assert not any(psutil.pid_exists(pid) for pid in now)


def test_workers_end_with_their_parent(model: Path) -> None:
    with served(model, "--workers", "2") as (process, _, _):
        children = psutil.Process(process.pid).children()
        process.kill()
        _, alive = psutil.wait_procs(children, timeout=15)
        assert alive == []


def test_a_model_that_cannot_be_loaded_ends_the_workers(tmp_path: Path) -> None:
    (tmp_path / "bad.safetensors").write_bytes(b"no model")
    command = [*COMMAND, str(tmp_path / "bad.safetensors"), "--port", "0", "--workers", "2"]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, "Traceback" in done.stderr) == (4, False)
    assert "bad.safetensors" in done.stderr
    assert "worker 0 could not start" in done.stderr


@pytest.mark.promise("E10")
def test_other_machines_need_the_token_that_is_printed(model: Path) -> None:
    with served(model, "--host", "0.0.0.0") as (_, port, said):
        token = said.partition("#token=")[2].split()[0]
        with pytest.raises(urllib.error.HTTPError, match="401"):
            answer(port)
        assert "answers" in answer(port, Authorization=f"Bearer {token}")


@pytest.mark.promise("E4")
def test_a_picture_larger_than_allowed_is_refused(model: Path) -> None:
    with served(model, "--max-pixels", "1000") as (_, port, _), pytest.raises(urllib.error.HTTPError, match="422"):
        answer(port)
