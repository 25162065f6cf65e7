"""What can be done at each moment of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from torch import Tensor

if TYPE_CHECKING:
    from fledge.training.run import Run

State = Mapping[str, "Tensor | float | int | bool | str | None"]
"""What a callback needs to go on after a crash: tensors and plain values."""


class Callback:
    """Every moment of a run, as a method that does nothing.

    A moment that a class leaves alone costs nothing: only what it overrides is called, in the order in
    which the callbacks were given. What it may touch is what the `Run` offers.
    """

    lasting: ClassVar[bool] = True
    """Whether a run that is resumed has to have it again; not so what only looks on."""

    def fit_start(self, run: Run) -> None:
        """Before the first step; also when a run is read from a checkpoint, and then before `restore`."""

    def stage_start(self, run: Run) -> None:
        """Before a stage: `run.model`, `run.optimizer` and `run.stage` are the new ones."""

    def epoch_start(self, run: Run) -> None:
        """Before an epoch's first batch."""

    def batch_start(self, run: Run) -> None:
        """Before the model sees `run.inputs`; inputs and targets may be replaced."""

    def loss_end(self, run: Run) -> None:
        """After the model gave `run.outputs` and `run.loss`, before the gradients."""

    def update_start(self, run: Run) -> None:
        """After the gradients are complete, before the optimiser changes the weights."""

    def batch_end(self, run: Run) -> None:
        """After the weights changed."""

    def validate_start(self, run: Run) -> None:
        """Before the held-back part is looked at."""

    def validate_end(self, run: Run) -> None:
        """After it, before its figures are written down."""

    def epoch_end(self, run: Run) -> None:
        """When the epoch's figures stand in `run.history`."""

    def fit_end(self, run: Run) -> None:
        """When nothing is left to do, also because a callback stopped the run."""

    def fit_break(self, run: Run) -> None:
        """When a signal or an error breaks the run off, which may go on from here later."""

    def state(self) -> State:
        """What to keep in a checkpoint."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up what `state` gave."""


MOMENTS = tuple(name for name, member in vars(Callback).items() if callable(member) and name not in ("state", "restore"))


def listeners(callbacks: list[Callback]) -> dict[str, list[Any]]:
    """For each moment the methods to call: those that a class really overrides."""
    return {
        moment: [getattr(each, moment) for each in callbacks if getattr(type(each), moment) is not getattr(Callback, moment)]
        for moment in MOMENTS
    }
