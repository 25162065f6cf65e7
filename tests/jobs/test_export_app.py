"""A folder that serves a model elsewhere: what its Dockerfile does is done here, without Docker."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fledge.cli.main import run
from fledge.core.errors import UsageError
from fledge.jobs.export_app import PORT, export_app
from fledge.jobs.own_wheel import own_wheel
from tests.predictor.small import pictures, small_predictor
from tests.serve.calls import FORM, form, png

TOKEN = "correct-horse-battery"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """fledge, installed from the wheel that goes with an app."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-W", "ignore", "-m", "pip"]  # whose warnings are not ours to end by
    command = [*pip, "install", "--quiet", "--no-deps", "--no-index", "--target", str(folder / "in")]
    subprocess.run([*command, str(own_wheel(folder))], check=True, capture_output=True)
    return folder / "in"


@contextmanager
def running(app: Path, installed: Path | str, **environment: str) -> Iterator[tuple[int, str]]:
    """The container's command in the container's folder, on a free port; and what it says first."""
    command = json.loads(re.findall(r"^CMD (.*)$", (app / "Dockerfile").read_text(), re.MULTILINE)[-1])
    assert command[0] == "fledge"
    start = [sys.executable, "-c", "import sys; sys.argv[0] = 'fledge'; from fledge.cli.main import main; main()", *command[1:]]
    start[start.index(str(PORT))] = "0"
    with subprocess.Popen(
        start,
        cwd=app,
        env={**os.environ, "PYTHONPATH": str(installed), **environment},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        try:
            said = process.stderr.readline()
            found = re.search(r":(\d+)/", said)
            assert found, said + process.stderr.read()
            yield int(found[1]), said
        finally:
            process.kill()


def asked(port: int, **headers: str) -> object:
    body = form(png(pictures(1)[0]))
    request = urllib.request.Request(f"http://127.0.0.1:{port}/predict", body, {**FORM, **headers})
    with urllib.request.urlopen(request, timeout=60) as reply:
        return json.load(reply)


@pytest.mark.slow
@pytest.mark.promise("E10")
def test_what_the_dockerfile_runs_answers_who_has_the_token(installed: Path, tmp_path: Path) -> None:
    predictor = small_predictor()
    predictor.save(tmp_path / "bird.safetensors")
    assert set(export_app(tmp_path / "bird.safetensors", tmp_path / "app")) >= {"Dockerfile", "README.md", "model.safetensors"}
    with running(tmp_path / "app", installed, FLEDGE_TOKEN=TOKEN) as (port, _):
        assert asked(port, Authorization=f"Bearer {TOKEN}") == {"answers": [predictor(pictures(1)[0]).as_dict()]}
        with pytest.raises(urllib.error.HTTPError, match="401"):
            asked(port)
        [health] = re.findall(r"^HEALTHCHECK .* CMD (.*)$", (tmp_path / "app/Dockerfile").read_text(), re.MULTILINE)
        check = [sys.executable, *json.loads(health.replace(str(PORT), str(port)))[1:]]
        subprocess.run(check, check=True, timeout=60)


@pytest.mark.slow
def test_a_public_one_of_an_onnx_file_needs_neither_token_nor_torch(installed: Path, tmp_path: Path) -> None:
    small_predictor().save(tmp_path / "bird.onnx")
    assert run(["export", str(tmp_path / "bird.onnx"), str(tmp_path / "app"), "--to", "app", "--public"]) == 0
    assert "torch" not in (tmp_path / "app/requirements.txt").read_text()
    (tmp_path / "none").mkdir()
    for name in ("torch", "torchvision", "timm", "sklearn", "matplotlib", "safetensors", "tokenizers", "huggingface_hub"):
        (tmp_path / "none" / f"{name}.py").write_text("raise ImportError('it is not among the requirements')")
    with running(tmp_path / "app", f"{tmp_path / 'none'}{os.pathsep}{installed}", SPACE_HOST="user-bird.hf.space") as (
        port,
        said,
    ):
        assert "token" not in said
        assert asked(port, Host="user-bird.hf.space")
        with pytest.raises(urllib.error.HTTPError, match="403"):
            asked(port, Host="evil.example")
        frame = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
        page = urllib.request.Request(f"http://127.0.0.1:{port}/", headers=frame)
        with urllib.request.urlopen(page, timeout=60) as reply:
            assert "frame-ancestors https://huggingface.co" in reply.headers["content-security-policy"]


def test_the_folder_is_a_space_and_holds_no_secret(tmp_path: Path) -> None:
    sizes = export_app(small_predictor(), tmp_path / "new" / "app")
    page, docker = ((tmp_path / "new/app" / name).read_text() for name in ("README.md", "Dockerfile"))
    assert page.startswith('---\ntitle: "small"\n')
    assert f'sdk: "docker"\napp_port: {PORT}\n' in page
    assert "\nUSER 1000\n" in docker
    assert "TOKEN" not in docker
    [wheel] = [name for name in sizes if name.endswith(".whl")]
    assert f"COPY requirements.txt {wheel} ./" in docker
    for line in (tmp_path / "new/app/requirements.txt").read_text().splitlines():
        assert line.startswith("#") or re.fullmatch(r"[\w.-]+~=[\w.]+", line), line


def test_pip_can_be_told_where_fledge_is(tmp_path: Path) -> None:
    sizes = export_app(small_predictor(), tmp_path / "app", fledge="fledge == 9.9")
    assert not [name for name in sizes if name.endswith(".whl")]
    assert "--no-deps 'fledge == 9.9'" in (tmp_path / "app/Dockerfile").read_text()


@pytest.mark.parametrize("wrong", ["", "-r /etc/passwd", "fledge\nRUN x"])
def test_what_pip_cannot_install_is_refused(wrong: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is nothing that pip installs"):
        export_app(small_predictor(), tmp_path / "app", fledge=wrong)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(UsageError, match="is there already, and not empty"):
        export_app(small_predictor(), tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["note.txt"]


def test_the_wheel_is_the_same_each_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    assert own_wheel(tmp_path / "a").read_bytes() == own_wheel(tmp_path / "b").read_bytes()
