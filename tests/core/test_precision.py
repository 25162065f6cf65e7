"""Half precision is taken where it is fast, and refused where it can't work."""

from __future__ import annotations

import pytest
import torch

from fledge.core import precision
from fledge.core.errors import UnknownName, UsageError
from fledge.core.precision import choose_precision

CPU = torch.device("cpu")


@pytest.mark.parametrize(("gain", "chosen"), [(1.0, "float32"), (1.29, "float32"), (1.3, "bfloat16"), (2.0, "bfloat16")])
def test_a_processor_gets_bfloat16_only_where_it_is_clearly_faster(
    monkeypatch: pytest.MonkeyPatch, gain: float, chosen: str
) -> None:
    monkeypatch.setattr(precision, "bfloat16_gain", lambda: gain)
    choice = choose_precision(CPU)
    assert choice.name == chosen
    assert f"{gain:.1f} times" in choice.reason


def test_what_is_asked_for_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "bfloat16_gain", lambda: pytest.fail("measured"))
    assert choose_precision(CPU, "bfloat16").dtype == torch.bfloat16
    assert choose_precision(CPU, "float32").dtype == torch.float32


def test_float16_is_refused_without_a_gradient_scaler() -> None:
    with pytest.raises(UsageError, match="float16 needs a gradient scaler, which mps devices lack"):
        choose_precision(torch.device("mps"), "float16")


@pytest.mark.parametrize("device", ["cuda", "cpu"])
def test_float16_wants_a_gradient_scaler(device: str) -> None:
    assert choose_precision(torch.device(device), "float16").scaled
    assert not choose_precision(CPU, "bfloat16").scaled


@pytest.mark.parametrize(("able", "chosen"), [(True, "bfloat16"), (False, "float32")])
def test_a_card_gets_bfloat16_if_it_computes_in_it(monkeypatch: pytest.MonkeyPatch, able: bool, chosen: str) -> None:
    monkeypatch.setattr(precision, "_computes_bfloat16", lambda device: able)
    assert choose_precision(torch.device("cuda")).name == chosen


def test_an_old_card_refuses_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "_computes_bfloat16", lambda device: False)
    with pytest.raises(UsageError, match="compute capability 8"):
        choose_precision(torch.device("cuda"), "bfloat16")


def test_an_unknown_precision_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean 'bfloat16'"):
        choose_precision(CPU, "bfloat")


def test_full_precision_changes_nothing() -> None:
    with choose_precision(CPU, "float32").autocast(CPU):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32
