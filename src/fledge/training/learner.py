"""The learner: data, a model, and how it is taught."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

import torch
from torch import Tensor, nn

from fledge.core.errors import UsageError
from fledge.core.log import log
from fledge.core.precision import choose_precision
from fledge.data.batch import Batch
from fledge.data.dataloaders import DataLoaders
from fledge.data.fingerprint import AnyLoader, short_hash
from fledge.insight.interpretation import Interpretation
from fledge.insight.predictions import Predictions
from fledge.insight.step_record import StepRecord
from fledge.models.architecture import Architecture, Custom
from fledge.models.depthwise import hasten
from fledge.models.groups import freeze, parameter_groups
from fledge.predictor.predictor import Predictor
from fledge.scoring.figure import Figure
from fledge.scoring.losses import Loss
from fledge.scoring.metrics import Metric, as_metric
from fledge.tasks.table import task_for
from fledge.tasks.task import Task
from fledge.training.asking import (
    as_predictor,
    figures_of,
    interpretation_of,
    loader_of,
    over_views,
    predictions_of,
    predictor_of,
)
from fledge.training.callback import Callback
from fledge.training.fitting import resume_fit, start_fit
from fledge.training.lr_find import RateSearch, search_rates
from fledge.training.optimizers import MakeOptimizer
from fledge.training.run import Run
from fledge.training.schedule import Constant, FlatCosine, OneCycle, Schedule
from fledge.training.stage import Rates, Stage, spread
from fledge.training.stepping import one_step, summary_of

if TYPE_CHECKING:
    from fledge.data.show import Drawing

AnyLoss = Callable[[Tensor, Tensor], Tensor]
AnyMetric = Metric | Callable[[Tensor, Tensor], Any]


@final
class Learner:
    """Teaches a model from data: `fit` and its kin train it, `predict` and its kin ask it.

    Task, loss and metrics come from the kinds of data unless given. `folder` keeps checkpoints, a new one every `save_every`
    seconds, from which `resume` goes on after any crash; `clip` bounds the length of the gradients, `accumulate` adds up
    those of several batches a step. `keep_norms` leaves the statistics of batch norms in the body as they came: those of
    pretraining, from millions of examples, beat those of a few small batches.
    """

    def __init__(
        self,
        dls: DataLoaders,
        model: nn.Module,
        *,
        task: Task[Any] | None = None,
        architecture: Architecture | None = None,
        loss: AnyLoss | None = None,
        metrics: AnyMetric | Sequence[AnyMetric] | None = None,
        optimizer: MakeOptimizer = "adamw",
        lr: float = 1e-3,
        weight_decay: float = 0.01,
        callbacks: Sequence[Callback] = (),
        precision: str = "auto",
        device: str | torch.device | None = None,
        seed: int | None = None,
        folder: str | Path | None = None,
        save_every: float = 60.0,
        clip: float | None = None,
        accumulate: int = 1,
        keep_norms: bool = False,
        progress: bool = True,
    ) -> None:
        self.dls = dls if device is None else dls.to(device)
        self.device = self.dls.device
        hasten(model)
        self.model = laid_out(model.to(self.device))
        self.task = task or (None if dls.codec is None else task_for(dls.codec))
        self.architecture = architecture or Custom(type(model).__name__)
        self.loss = loss or self._usual_loss()
        self.metrics = self._chosen_metrics(metrics)
        self.optimizer = optimizer
        self.lr = lr
        self.weight_decay = weight_decay
        self.callbacks = list(callbacks)
        self.precision = choose_precision(self.device, precision)
        self.seed = dls.train.seed if seed is None else seed
        self.folder = None if folder is None else Path(folder)
        self.save_every = save_every
        self.clip = clip
        self.accumulate = accumulate
        self.keep_norms = keep_norms
        self.progress = progress
        self.frozen = 0
        """How many groups of parameters, from the input side, `fit` and its kin leave alone."""
        self.run: Run | None = None
        """The last fit, which may be in progress or broken off."""
        self.remarks: list[str] = []
        """What has to be known of how this model came about; it goes onto the model's card."""
        self._hand: Run | None = None
        self._check_settings()

    # Training

    def fit(self, epochs: int, lr: Rates | None = None, *, callbacks: Sequence[Callback] = ()) -> None:
        """So many times through the data, at one rate."""
        self._fit(epochs, lr, Constant(), callbacks)

    def fit_one_cycle(
        self,
        epochs: int,
        lr_max: Rates | None = None,
        *,
        div: float = 25.0,
        div_final: float = 1e5,
        pct_start: float = 0.25,
        callbacks: Sequence[Callback] = (),
    ) -> None:
        """The rate rises to its full height and falls to almost nothing: the way that usually works best."""
        self._fit(epochs, lr_max, OneCycle(pct_start, div, div_final), callbacks)

    def fit_flat_cos(
        self,
        epochs: int,
        lr: Rates | None = None,
        *,
        pct_start: float = 0.75,
        div_final: float = 1e5,
        callbacks: Sequence[Callback] = (),
    ) -> None:
        """The full rate for a while, then down to almost nothing."""
        self._fit(epochs, lr, FlatCosine(pct_start, div_final), callbacks)

    def fine_tune(
        self,
        epochs: int,
        base_lr: float = 2e-3,
        *,
        freeze_epochs: int = 1,
        lr_mult: float = 100.0,
        pct_start: float = 0.3,
        div: float = 5.0,
        callbacks: Sequence[Callback] = (),
    ) -> None:
        """First the new head alone, then all of the network, its first layers `lr_mult` times more gently."""
        groups, plan = len(self.groups), []
        if freeze_epochs and groups > 1:
            first = spread(slice(base_lr), groups)
            plan.append(Stage(freeze_epochs, first, OneCycle(rise=0.99), self.weight_decay, groups - 1, on_features=True))
        then = spread(slice(base_lr / 2 / lr_mult, base_lr / 2), groups)
        plan.append(Stage(epochs, then, OneCycle(pct_start, div), self.weight_decay))
        self.unfreeze()
        start_fit(self, tuple(plan), callbacks)

    def fit_head(self, epochs: int = 10, lr: float = 1e-2, *, callbacks: Sequence[Callback] = ()) -> None:
        """Trains the head alone; what the frozen rest makes of each item is computed once, if nothing about it is random."""
        groups = len(self.groups)
        if groups < 2:
            raise UsageError(
                f"{type(self.model).__name__} is all one group of parameters: it has no head to train alone",
                hint="use vision_learner, or give the network a method parameter_groups()",
            )
        self.freeze()
        stage = Stage(epochs, spread(lr, groups), OneCycle(), self.weight_decay, groups - 1, on_features=True)
        start_fit(self, (stage,), callbacks)

    def resume(self, folder: str | Path | None = None, *, callbacks: Sequence[Callback] = (), anyway: bool = False) -> None:
        """Goes on with a fit that was broken off, to the same bits: the one in memory, or the one kept in a folder."""
        resume_fit(self, None if folder is None else Path(folder), callbacks, anyway=anyway)

    def step(self, batch: Batch | tuple[Any, Any] | None = None) -> StepRecord:
        """Trains on one batch and shows what went on: inputs, activations, loss, gradients, weights before and after."""
        if self._hand is None:
            self._hand = Run(
                self, (Stage(1, spread(self.lr, len(self.groups)), Constant(), self.weight_decay, self.frozen),), []
            )
        return one_step(self._hand, batch)

    def lr_find(self, start: float = 1e-7, end: float = 10.0, steps: int = 100, *, stop_div: bool = True) -> RateSearch:
        """Tries ever higher rates on a copy of the weights, and suggests some; `.plot()` shows the losses met."""
        return search_rates(self, start, end, steps, stop_early=stop_div)

    # What is trained

    @property
    def groups(self) -> list[list[nn.Parameter]]:
        """The parameters in groups, first layers to last."""
        return parameter_groups(self.model)

    def freeze(self) -> None:
        """Leaves only the last group, the head, to be trained."""
        self.freeze_to(-1)

    def freeze_to(self, n: int) -> None:
        """Leaves the groups from `n` on to be trained; -1 is the last alone."""
        count = len(self.groups)
        if not -count <= n <= count:
            raise UsageError(f"there is no group {n}: the network has {count}", hint="use freeze_to(-1) for the head alone")
        self.frozen = n % count if n < count else count
        self._hand = None
        freeze(self.model, count - self.frozen)

    def unfreeze(self) -> None:
        """Leaves everything to be trained."""
        self.freeze_to(0)

    # Asking

    def predict(self, item: Any) -> Any:
        """The answer to one new item, or to each of a list, as the exported model would give it."""
        with as_predictor(self) as predictor:
            return predictor(item)

    def get_preds(self, dl: AnyLoader | str = "valid") -> Predictions:
        """What the model says of a part of the data, or of a loader (`dls.test_dl(items)`), beside what is true."""
        return predictions_of(self, loader_of(self, dl))

    def validate(self, dl: AnyLoader | str = "valid") -> Mapping[str, Figure]:
        """Loss and metrics on a part of the data, with their counts and 95 % intervals."""
        return figures_of(self, loader_of(self, dl))

    def tta(self, dl: AnyLoader | str = "valid", *, n: int = 4) -> Predictions:
        """Predictions averaged over the items as they are and `n` random views of them."""
        return over_views(self, loader_of(self, dl), n)

    def interpret(self, dl: AnyLoader | str = "valid") -> Interpretation:
        """Where the model is right and wrong: confusions, worst items."""
        return interpretation_of(self, loader_of(self, dl))

    def show_results(self, *, max_n: int = 9, part: str = "valid") -> Drawing:
        """A picture of some held-back samples, each under what is predicted and what is actual."""
        from fledge.training.showing import show_results  # matplotlib takes a while to load

        return show_results(self, loader_of(self, part), max_n=max_n)

    def predictor(self, name: str = "") -> Predictor:
        """The model as a function of its own, with its card and a self-test; training on doesn't change it."""
        return predictor_of(self, name)

    def export(self, file: str | Path) -> Predictor:
        """Keeps the model as a function in one file, and returns it."""
        predictor = self.predictor(Path(file).stem)
        predictor.save(file)
        return predictor

    # What there is to know

    @property
    def history(self) -> list[dict[str, float | int | None]]:
        """A row for each epoch so far."""
        return [] if self.run is None else self.run.history

    @property
    def figures(self) -> Mapping[str, Figure]:
        """The metrics when the held-back part was last looked at while training, with counts and intervals."""
        held_back = None if self.run is None else self.run.held_back
        return {} if held_back is None else held_back.figures()

    def plot_history(self) -> Drawing:
        """Losses and metrics over the epochs."""
        from fledge.insight.plots import plot_history  # matplotlib takes a while to load

        return plot_history(self.history)

    def summary(self) -> str:
        """What is trained and how, in a few lines."""
        return summary_of(self)

    def fingerprints(self) -> dict[str, str]:
        """What a run has to find again to go on to the same bits."""
        own = (
            self.optimizer,
            self.loss,
            self.accumulate,
            self.clip,
            self.keep_norms,
            self.precision.name,
            str(self.device),
            self.architecture,
        )
        return {**self.dls.fingerprints(), "seed": str(self.seed), "learner": short_hash(own)}

    def __repr__(self) -> str:
        return f"<Learner: {type(self.model).__name__} on {self.dls.train.count} samples, {len(self.history)} epochs done>"

    # For the loop

    def autocast(self) -> AbstractContextManager[object]:
        """The context in which the model and its loss run."""
        return nullcontext() if self.precision.name == "float32" else self.precision.autocast(self.device)

    def accumulated(self, steps: int) -> bool:
        """Whether no gradients wait after so many steps of an epoch."""
        return steps % self.accumulate == 0

    def item_losses(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """The loss of each item; of a loss that only tells one number for a batch, that number for each."""
        if isinstance(self.loss, Loss):
            return self.loss.per_item(outputs, targets)
        return self.loss(outputs, targets).float().expand(len(outputs))

    def in_units(self, values: Tensor) -> Tensor:
        """Outputs or targets as metrics are given them."""
        return values if self.task is None else self.task.in_units(values, self.dls.codec)

    def _fit(self, epochs: int, lr: Rates | None, schedule: Schedule, callbacks: Sequence[Callback]) -> None:
        rates = spread(self.lr if lr is None else lr, len(self.groups))
        start_fit(self, (Stage(epochs, rates, schedule, self.weight_decay, self.frozen),), callbacks)

    def _usual_loss(self) -> AnyLoss:
        if self.task is None:
            raise UsageError(
                "nothing says what these loaders' targets are, so no loss can be chosen",
                hint="pass loss=CrossEntropy() or another, or loaders with a codec",
            )
        return self.task.loss(self.dls.codec)

    def _chosen_metrics(self, given: AnyMetric | Sequence[AnyMetric] | None) -> tuple[Metric, ...]:
        if given is None:
            return () if self.task is None else self.task.metrics(self.dls.codec)
        several = given if isinstance(given, Sequence) else [given]
        return tuple(as_metric(each) for each in several)

    def _check_settings(self) -> None:
        if not self.lr > 0:
            raise UsageError(f"lr={self.lr}: a learning rate is above 0", hint="lr=1e-3, or see learn.lr_find()")
        if self.accumulate < 1:
            raise UsageError(f"accumulate={self.accumulate}: a step takes at least one batch")
        if self.clip is not None and not self.clip > 0:
            raise UsageError(f"clip={self.clip}: the gradients' greatest length is above 0", hint="clip=1.0")
        if not any(True for _ in self.model.parameters()):
            raise UsageError(f"{type(self.model).__name__} has no parameters, so nothing about it can be trained")
        log.debug("device %s, precision %s", self.device, self.precision)


def laid_out(model: nn.Module) -> nn.Module:
    """The network with its kernels in the order in which pictures arrive: channels last."""
    if all(weight.dim() < 5 for weight in model.parameters()):  # 5: convolutions over three dimensions have another
        model.to(memory_format=torch.channels_last)
    return model
