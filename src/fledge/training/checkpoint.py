"""A run on disk: everything it needs to go on to the same bits, as tensors and plain JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from fledge.core.errors import ModelFileError, UsageError
from fledge.core.log import log
from fledge.core.record import pack, unpack
from fledge.core.tensorfile import TensorFile, write_tensors
from fledge.training.callback import Callback
from fledge.training.parts import Parts
from fledge.training.run import Place, Run
from fledge.training.schedule import SCHEDULES, Schedule
from fledge.training.stage import STAGES

if TYPE_CHECKING:
    from fledge.training.learner import Learner

FORM = 1
KEPT = 2
_TABLES = {Schedule: SCHEDULES}


def write_checkpoint(run: Run, folder: Path) -> Path:
    """A new file beside the earlier ones, of which the last but one is kept."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors: dict[str, Tensor] = {f"model.{name}": each for name, each in run.learner.model.state_dict().items()}
    header: dict[str, Any] = {
        "form": FORM,
        "plan": [pack(stage, STAGES, tables=_TABLES) for stage in run.plan],
        "place": asdict(run.place),
        "first_epoch": run.first_epoch,
        "history": run.history,
        "stopped": run.stopped,
        "remarks": run.learner.remarks,
        "settings": run.learner.fingerprints(),
        "callbacks": [_kept(each, number, tensors) for number, each in enumerate(_lasting(run.callbacks))],
        "optimizer": None if run.parts is None else _optimizer_state(run.parts, tensors),
    }
    path = folder / f"step-{run.place.steps_done:010d}-{run.place.stage}-{run.place.epoch}.safetensors"
    write_tensors(path, {name: each.detach().cpu().contiguous() for name, each in tensors.items()}, header)
    for old in checkpoints(folder)[:-KEPT]:
        if old != path:
            old.unlink(missing_ok=True)
    return path


def checkpoints(folder: Path) -> list[Path]:
    """The checkpoints of a folder, oldest first."""
    return sorted(folder.glob("step-*.safetensors"))


def read_checkpoint(learner: Learner, callbacks: list[Any], folder: Path, *, anyway: bool = False) -> Run:
    """The run of the newest checkpoint that is whole, with the learner's weights set to it."""
    file, path = _newest(folder)
    header = file.header
    if header.get("form") != FORM:
        raise ModelFileError(f"{path} is of form {header.get('form')}, and this fledge reads form {FORM}")
    learner.remarks = [str(each)[:1000] for each in header.get("remarks", [])]
    _note_changes(learner, header["settings"], path, anyway=anyway)
    plan = tuple(unpack(each, STAGES, f"plan[{place}]", tables=_TABLES) for place, each in enumerate(header["plan"]))
    run = Run(learner, plan, callbacks, header["first_epoch"], Place(**header["place"]), header["history"])
    run.stopped = header["stopped"]
    _restore_weights(learner, file, path)
    if header["optimizer"] is not None and not run.finished:
        run.parts = Parts.of(learner, run.stage)
        run.optimizer = run.parts.optimizer
        _restore_optimizer(run.parts, file, header["optimizer"])
    run.tell("fit_start")
    _restore_callbacks(_lasting(callbacks), header["callbacks"], file, path)
    return run


def _newest(folder: Path) -> tuple[TensorFile, Path]:
    found = checkpoints(folder)
    if not found:
        raise UsageError(f"{folder} holds no checkpoint to go on from", hint="train with folder=... first")
    for path in reversed(found):
        try:
            return TensorFile.open(path), path
        except ModelFileError:
            if path == found[0]:
                raise
    raise AssertionError("the oldest checkpoint was either opened or refused")


def _note_changes(learner: Learner, then: Mapping[str, Any], path: Path, *, anyway: bool) -> None:
    """Refuses a run of other data or settings; where it may go on `anyway`, that stands on the model's card from then on."""
    now = learner.fingerprints()
    changed = ", ".join(name for name in then if then[name] != now.get(name))
    if not changed:
        return
    if not anyway:
        raise UsageError(
            f"{path} is of a run with other {changed} than now", hint="build the learner as it was then, or pass anyway=True"
        )
    log.warning("going on with other %s than those of %s", changed, path)
    learner.remarks.append(f"trained on from {path.stem} with other {changed} than it was begun with")


def _restore_weights(learner: Learner, file: TensorFile, path: Path) -> None:
    weights = {name.removeprefix("model."): each.clone() for name, each in file.tensors("model.").items()}
    try:
        learner.model.load_state_dict(weights)
    except RuntimeError as error:
        raise ModelFileError(f"{path} holds the weights of another network: {error}") from error


def _optimizer_state(parts: Parts, tensors: dict[str, Tensor]) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for number, state in parts.optimizer.state_dict()["state"].items():
        for name, value in state.items():
            if isinstance(value, Tensor):
                tensors[f"optimizer.{number}.{name}"] = value
            else:
                plain[f"{number}.{name}"] = value
    scale = None if parts.scaler is None else parts.scaler.state_dict()
    return {"plain": plain, "scale": scale}


def _restore_optimizer(parts: Parts, file: TensorFile, kept: Mapping[str, Any]) -> None:
    state: dict[int, dict[str, Any]] = {}
    for name, each in file.tensors("optimizer.").items():
        number, _, part = name.removeprefix("optimizer.").partition(".")
        state.setdefault(int(number), {})[part] = _laid_out_like(parts.trained[int(number)], each)
    for name, value in kept["plain"].items():
        number, _, part = name.partition(".")
        state.setdefault(int(number), {})[part] = value
    whole = parts.optimizer.state_dict()
    whole["state"] = state
    parts.optimizer.load_state_dict(whole)
    if parts.scaler is not None and kept["scale"] is not None:
        parts.scaler.load_state_dict(kept["scale"])


def _laid_out_like(parameter: Tensor, value: Tensor) -> Tensor:
    """A copy whose numbers lie in memory as the parameter's do (channels last, say): fused optimisers count on it."""
    return torch.empty_like(parameter, dtype=value.dtype).copy_(value) if value.shape == parameter.shape else value.clone()


def _lasting(callbacks: Sequence[Callback]) -> list[Callback]:
    """Those that change what a run comes to."""
    return [each for each in callbacks if each.lasting]


def _kept(callback: Any, number: int, tensors: dict[str, Tensor]) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for name, value in callback.state().items():
        if isinstance(value, Tensor):
            tensors[f"callback.{number}.{name}"] = value
        else:
            plain[name] = value
    return {"name": type(callback).__name__, "plain": plain}


def _restore_callbacks(callbacks: list[Any], kept: list[Mapping[str, Any]], file: TensorFile, path: Path) -> None:
    then, now = [each["name"] for each in kept], [type(each).__name__ for each in callbacks]
    if then != now:
        raise UsageError(f"{path} was written with the callbacks {then}, and now there are {now}", hint="pass the same ones")
    for number, (callback, state) in enumerate(zip(callbacks, kept, strict=True)):
        prefix = f"callback.{number}."
        tensors = {name.removeprefix(prefix): each.clone() for name, each in file.tensors(prefix).items()}
        if tensors or state["plain"]:
            callback.restore({**tensors, **state["plain"]})
