"""`fledge check`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from fledge.cli.main import run
from tests.cli.commands import environment


def test_a_folder_is_told_about_and_what_it_means(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(photos)]) == 0
    said = capsys.readouterr().out
    assert "40 pictures" in said
    assert "image classification, 2 classes: each folder holds the pictures of one label" in said
    assert "32 to learn from, 8 held back" in said


def test_json_is_one_object_and_nothing_else_on_stdout(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(photos), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["task"], found["classes"]) == ("image-classification", {"bird": 20, "forest": 20})


def test_what_can_not_be_read_is_named_and_one_class_alone_is_status_3(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(photos / "bird", tmp_path / "bird")
    (tmp_path / "bird" / "torn.jpg").write_bytes((photos / "bird" / "bird_000.jpg").read_bytes()[:700])
    assert run(["check", str(tmp_path)]) == 3
    said = capsys.readouterr().out
    assert "'bird/torn.jpg': the JPEG data is broken or cut short" in said
    assert "Error   no folder and no table says what each picture is" in said


def test_a_name_in_a_folder_can_not_move_the_cursor(photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(photos / "bird", tmp_path / "bird\x1b[2J")
    shutil.copytree(photos / "forest", tmp_path / "forest\nnight")
    (tmp_path / "forest\nnight" / "a\rb.jpg").write_bytes(b"")
    assert run(["check", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "\r" not in said
    assert "forest\\nnight" in said


def test_a_sheet_shows_pictures_of_each_label(photos: Path, tmp_path: Path) -> None:
    assert run(["check", str(photos), "--sheet", str(tmp_path / "sheet.png")]) == 0
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (968, 288)
        assert sheet.getpixel((64, 84)) != (255, 255, 255)


def test_nothing_of_torch_is_loaded(photos: Path, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("file,label\n" + "".join(f"{each.name},a\n" for each in (photos / "bird").iterdir()))
    code = "import sys; from fledge.cli.main import run; run(sys.argv[1:]); print({'torch', 'torchvision'} & set(sys.modules))"
    for source in (photos, tmp_path):
        command = [sys.executable, "-c", code, "check", str(source), "--sheet", str(tmp_path / "sheet.png")]
        done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)
        assert done.stdout.endswith("set()\n")
