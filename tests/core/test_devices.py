"""Devices are tried before they are chosen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from fledge.core import devices
from fledge.core.devices import choose_device
from fledge.core.errors import Unavailable, UnknownName, UsageError


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    devices._best.cache_clear()
    devices._fault.cache_clear()
    yield
    devices._best.cache_clear()
    devices._fault.cache_clear()


@pytest.fixture
def a_card_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(device: torch.device) -> None:
        raise RuntimeError("no kernel image is available\nand a long story")

    monkeypatch.delenv("FLEDGE_DEVICE", raising=False)
    monkeypatch.setattr(devices, "_present", lambda device: device.type == "cuda")
    monkeypatch.setattr(devices, "_train_a_little", fail)


def test_the_processor_is_taken_when_asked_for() -> None:
    assert choose_device("cpu").device == choose_device(torch.device("cpu")).device == torch.device("cpu")


def test_a_card_that_cannot_train_is_passed_over_with_its_reason(a_card_that_fails: None) -> None:
    choice = choose_device()
    assert choice.device.type == "cpu"
    assert "cuda: no kernel image is available, no mps" in choice.reason


def test_a_card_that_was_asked_for_and_cannot_train_is_an_error(a_card_that_fails: None) -> None:
    with pytest.raises(Unavailable, match="'cuda:0' can't be used: no kernel image is available"):
        choose_device("cuda:0")


def test_a_card_that_trains_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLEDGE_DEVICE", raising=False)
    monkeypatch.setattr(devices, "_present", lambda device: device.type == "mps")
    monkeypatch.setattr(devices, "_train_a_little", lambda device: None)
    assert str(choose_device()) == "mps (tried with a small training step, no cuda)"


def test_the_small_training_step_works_on_the_processor() -> None:
    with torch.inference_mode():
        pass
    devices._train_a_little(torch.device("cpu"))


def test_the_environment_names_the_default_and_an_argument_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEDGE_DEVICE", "cpu")
    assert choose_device().reason == "named in FLEDGE_DEVICE"
    monkeypatch.setenv("FLEDGE_DEVICE", "gpu")
    assert choose_device("cpu").reason == "asked for"
    with pytest.raises(UnknownName, match="unknown device 'gpu'"):
        choose_device()


@pytest.mark.parametrize("name", ["cuda:x", "cuda:-1", "mps:1000000"])
def test_a_place_that_is_no_number_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="after the colon"):
        choose_device(name)


def test_auto_in_the_environment_means_auto(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEDGE_DEVICE", "auto")
    monkeypatch.setattr(devices, "_present", lambda device: False)
    assert choose_device().device.type == "cpu"
