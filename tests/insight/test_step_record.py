"""One training step in numbers."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fledge.insight.step_record import StepRecord, record_activations


def copies(model: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in model.named_parameters()}


def recorded(model: nn.Module, lr: float = 0.1) -> StepRecord:
    """A plain step of gradient descent."""
    inputs, targets = torch.ones(4, 3), torch.tensor([0, 1, 0, 1])
    before = copies(model)
    with record_activations(model) as activations:
        outputs = model(inputs)
    loss = F.cross_entropy(outputs, targets)
    loss.backward()  # type: ignore[no-untyped-call]  # torch has no type for it
    gradients = {name: value.grad for name, value in model.named_parameters() if value.grad is not None}
    with torch.no_grad():
        for name, gradient in gradients.items():
            model.get_parameter(name).sub_(lr * gradient)
    return StepRecord(inputs, targets, outputs.detach(), loss.item(), activations, gradients, before, copies(model))


@pytest.fixture
def record() -> StepRecord:
    torch.manual_seed(0)
    return recorded(nn.Sequential(nn.Linear(3, 5), nn.ReLU(inplace=True), nn.Linear(5, 2)))


def test_each_layer_is_read_in_numbers(record: StepRecord) -> None:
    first, relu, last = record.table()
    assert [row["layer"] for row in (first, relu, last)] == ["0", "1", "2"]
    assert last["activation"] == (4, 2)
    assert last["mean"] == pytest.approx(record.outputs.mean().item())
    weights = torch.cat([record.before["0.weight"].flatten(), record.before["0.bias"]]).norm().item()
    assert first["weights"] == pytest.approx(weights)
    assert first["change"] == pytest.approx(0.1 * first["gradients"], rel=1e-4)
    assert first["change/weights"] == pytest.approx(first["change"] / weights)
    assert (relu["weights"], relu["gradients"], relu["change"], relu["change/weights"]) == (None, None, None, None)


def test_a_layer_that_writes_over_its_input_does_not_change_what_was_recorded(record: StepRecord) -> None:
    assert (record.activations["0"] < 0).any()
    assert torch.equal(record.activations["1"], record.activations["0"].relu())


def test_it_prints_as_a_table(record: StepRecord) -> None:
    headline, headings, *rows = str(record).splitlines()
    assert headline == f"One step: loss {record.loss:.6g}, inputs 4x3, targets 4, outputs 4x2"
    assert headings.split()[0] == "layer"
    assert rows[1].split()[-4:] == ["-"] * 4
    assert repr(record) == str(record)


def test_a_frozen_layer_shows_no_gradient_and_no_change() -> None:
    model = nn.Sequential(nn.Linear(3, 5), nn.Linear(5, 2))
    model[0].requires_grad_(False)
    first = recorded(model).table()[0]
    assert (first["gradients"], first["change"], first["change/weights"]) == (None, 0.0, 0.0)


def test_a_model_that_is_one_layer_and_weights_outside_layers_have_rows() -> None:
    assert [row["layer"] for row in recorded(nn.Linear(3, 2)).table()] == ["(model)"]

    class Scaled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = nn.Parameter(torch.ones(2))
            self.score = nn.Linear(3, 2)

        def forward(self, inputs: Tensor) -> Tensor:
            return torch.as_tensor(self.score(inputs)) * self.scale

    rows = recorded(Scaled()).table()
    assert [(row["layer"], row["activation"]) for row in rows] == [("score", (4, 2)), ("(model)", None)]


def test_a_layer_called_twice_is_listed_twice() -> None:
    layer = nn.Linear(3, 3)
    with record_activations(nn.Sequential(layer, nn.ReLU(), layer)) as activations:
        layer(layer(torch.ones(1, 3)))
    assert list(activations) == ["0", "0 (2)"]


def test_nothing_is_recorded_afterwards_even_if_the_model_failed() -> None:
    model = nn.Sequential(nn.Linear(3, 2))
    with pytest.raises(RuntimeError, match="shapes"), record_activations(model) as activations:
        model(torch.ones(1, 4))
    model(torch.ones(1, 3))
    assert activations == {}


def test_a_layer_that_gives_several_things_is_known_by_the_first() -> None:
    model = nn.LSTM(3, 2)
    with record_activations(model) as activations:
        model(torch.ones(4, 1, 3))
    assert activations[""].shape == (4, 1, 2)


def test_html_escapes_the_names_of_layers() -> None:
    model = nn.Sequential()
    model.add_module("<b>", nn.Linear(3, 2))
    html = recorded(model)._repr_html_()
    assert "&lt;b&gt;" in html
    assert "<b>" not in html
