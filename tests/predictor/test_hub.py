"""A model on the Hugging Face Hub, for which a stand-in answers here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import huggingface_hub
import pytest

from fledge.cli.main import run
from fledge.core.errors import FledgeError, Unavailable, UsageError
from fledge.predictor.hub import model_page
from fledge.predictor.loading import load
from tests.predictor.hub_stand_in import TOKEN, Hub, stand_in
from tests.predictor.small import pictures, small_predictor


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub that is asked in the place of the real one, by somebody who is not signed in."""
    for name in [each for each in os.environ if each.lower().endswith("_proxy") or each.startswith("HF_")]:
        monkeypatch.delenv(name)
    with stand_in() as made:
        monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", made.address)
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(huggingface_hub, "get_token", lambda: None)
        yield made


def test_the_file_and_the_card_are_put_there(hub: Hub, tmp_path: Path) -> None:
    predictor = small_predictor()
    address = predictor.push_to_hub("user/birds", token=TOKEN, licence="Apache-2.0")
    assert address == f"{hub.address}/user/birds"
    files = hub.files["user/birds"]
    (tmp_path / "model.safetensors").write_bytes(files["model.safetensors"])
    assert load(tmp_path / "model.safetensors")(pictures(3)) == predictor(pictures(3))
    page = files["README.md"].decode()
    assert page.startswith('---\nlibrary_name: "fledge"\nlicense: "apache-2.0"\npipeline_tag: "image-classification"\ntags: [')
    assert 'metrics: ["accuracy"]' in page
    assert "hf_hub_download('user/birds', 'model.safetensors')" in page


def test_a_name_that_is_taken_is_only_written_over_if_asked(hub: Hub) -> None:
    small_predictor().push_to_hub("user/birds", token=TOKEN, private=True)
    assert hub.visible["user/birds"] in ("private", True)
    hub.files["user/birds"]["README.md"] = b"mine"
    with pytest.raises(UsageError, match=r"user/birds stands on the Hub already\n.*replace=True"):
        small_predictor().push_to_hub("user/birds", token=TOKEN, private=True)
    assert hub.files["user/birds"]["README.md"] == b"mine"
    small_predictor().push_to_hub("user/birds", token=TOKEN, private=True, replace=True)
    assert b"fledge" in hub.files["user/birds"]["README.md"]


def test_an_empty_place_left_by_a_push_that_broke_off_is_filled(hub: Hub) -> None:
    hub.files["user/birds"] = {".gitattributes": b""}
    small_predictor().push_to_hub("user/birds", token=TOKEN, licence="mit")
    assert "model.safetensors" in hub.files["user/birds"]


@pytest.mark.parametrize(
    ("name", "token", "kind", "why"),
    [
        ("user/birds", None, Unavailable, r"nobody is signed in to the Hub\n.*hf auth login"),
        ("user/birds", "hf_wrong", Unavailable, "does not know this token"),
        ("others/birds", TOKEN, Unavailable, "this token may not write to others/birds"),
        ("user/bi rds", TOKEN, UsageError, r"'user/bi rds' is no name on the Hub"),
    ],
)
def test_what_is_refused_says_what_to_do(name: str, token: str | None, kind: type[FledgeError], why: str, hub: Hub) -> None:
    with pytest.raises(kind, match=why):
        small_predictor().push_to_hub(name, token=token, licence="mit")
    assert hub.files == {}


def test_without_a_network_nothing_is_waited_for(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:1")
    with pytest.raises(Unavailable, match=r"user/birds could not be put on the Hub: 127.0.0.1 can't be reached"):
        small_predictor().push_to_hub("user/birds", token=TOKEN, licence="mit")


def test_who_publishes_is_asked_for_a_licence(hub: Hub) -> None:
    with pytest.raises(UsageError, match=r"under which licence .* is not said\n.*--licence"):
        small_predictor().push_to_hub("user/birds", token=TOKEN)
    known = small_predictor()
    replace(known, card=replace(known.card, licence="cc0-1.0")).push_to_hub("user/birds", token=TOKEN)
    assert b'license: "cc0-1.0"' in hub.files["user/birds"]["README.md"]


def test_names_on_the_page_are_text_and_nothing_else() -> None:
    known = small_predictor()
    page = model_page(replace(known, card=replace(known.card, name="<b>\n# x")), "user/x", "mit")
    assert "# \\<b\\> \\# x\n" in page


def test_it_goes_from_the_terminal_too(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(tmp_path / "bird.safetensors")
    small_predictor().save(file)
    assert run(["export", file, "user/birds", "--to", "hub", "--licence", "mit", "--json"]) == Unavailable.exit_code
    assert '"code": "unavailable"' in capsys.readouterr().out
    assert run(["export", file, "--to", "hub"]) == UsageError.exit_code
    assert run(["export", file, "user/birds", "--to", "hub", "--int8"]) == UsageError.exit_code
    assert "--int8 is nothing that --to hub knows" in capsys.readouterr().err
