"""The model file: a predictor in one safetensors file, and back. Nothing in it is ever run or imported."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from fledge.core.allocator import keep_some_freed_memory
from fledge.core.devices import choose_device
from fledge.core.errors import FledgeError, ModelFileError, TrainingError, UsageError, listed
from fledge.core.precision import choose_precision
from fledge.core.tensorfile import TensorFile, is_finite, write_tensors
from fledge.models.architecture import Architecture, Custom
from fledge.models.memoryless import without_memory
from fledge.predictor.description import CODEC, Description, Sides
from fledge.predictor.predictor import Examples, Predictor

_MODEL = "model."
_INPUTS, _OUTPUTS = "examples.inputs", "examples.outputs"


def save(predictor: Predictor, path: str | Path) -> str:
    """Writes the model file and returns its digest; the file that was there before stays until the new one is whole."""
    tensors = {_MODEL + name: tensor for name, tensor in _state(predictor.model).items()}
    if predictor.examples is not None:
        tensors |= {_INPUTS: predictor.examples.inputs, _OUTPUTS: predictor.examples.outputs}
    described = Description(
        predictor.task,
        Sides(predictor.codec.input, predictor.codec.target),
        predictor.architecture,
        predictor.card,
        tuple(str(answer)[:1000] for answer in predictor.example_answers()),
    )
    header, held = described.packed()
    return write_tensors(path, tensors | held, header)


def load(
    path: str | Path,
    *,
    device: str | torch.device = "cpu",
    precision: str = "float32",
    verify: bool = True,
    check: bool = False,
    ops: Sequence[Any] = (),
) -> Predictor:
    """The predictor in a model file; it answers bit for bit as the one that was saved.

    `verify=False` skips the digest; `check=True` answers the stored examples again and compares. `ops` holds what is
    of your own and the file asks for by name (functions, networks, transforms, tasks): it can ask for nothing else.
    """
    keep_some_freed_memory()
    file = TensorFile.open(path, verify=verify)
    own = {_name(each): each for each in ops}
    described = described_in(file, own)
    _check_fit(described, str(path))
    model = _filled(_builder(described.architecture, own, str(path)), file)
    chosen = choose_device(device).device
    predictor = Predictor(
        described.task,
        described.sides,
        model,
        described.architecture,
        described.card,
        _examples(file, described),
        chosen,
        choose_precision(chosen, precision),
    )
    if check:
        predictor.check()
    return predictor


def described_in(file: TensorFile, ops: Mapping[str, Any]) -> Description:
    """All of the file that is not the model's: what its header says, with the tensors that the codec holds."""
    held = {name: file.tensor(name, finite=True) for name in file.entries if name.startswith(CODEC)}
    return Description.unpacked(file.header, str(file.path), ops, held)


def _check_fit(described: Description, where: str) -> None:
    """Refuses parts that are each in order and don't belong together."""
    task, codec = described.task, described.sides
    if not task.fits(codec):
        kinds = f"{type(codec.input).__name__} and {type(codec.target).__name__}"
        raise ModelFileError(f"{where}: $.codec: {kinds} are not the transforms of {task.title}")
    given = getattr(described.architecture, "outputs", None)  # a network of the caller's own doesn't say
    if given is not None and given != (due := task.outputs(codec)):
        raise ModelFileError(f"{where}: $.architecture.outputs: {given}, and {task.title} with this codec takes {due}")
    held, met = getattr(described.architecture, "places", None), getattr(codec.input, "places", None)
    if held is not None and met is not None and held != met:
        raise ModelFileError(f"{where}: $.architecture: it has {held} places, and the codec gives {met}")


def _state(model: nn.Module) -> Mapping[str, Tensor]:
    """The model's tensors by name, all of which can be kept."""
    state = model.state_dict()
    for name, tensor in state.items():
        if not isinstance(tensor, Tensor):
            raise UsageError(f"the model's state {name!r} is a {type(tensor).__name__}; only tensors can be kept in a file")
        if not is_finite(tensor):
            raise TrainingError(f"the weights {name!r} hold numbers that are not finite, so they are not saved")
    return state


def _name(own: Any) -> str:
    name = getattr(own, "__name__", type(own).__name__)
    return str(name)


def _builder(architecture: Architecture, own: Mapping[str, Any], where: str) -> Callable[[], nn.Module]:
    """What makes the network: the architecture, or what the caller handed over for it."""
    if not isinstance(architecture, Custom):
        return architecture.build
    if architecture.class_name not in own:
        raise ModelFileError(
            f"{where}: its network is {architecture.class_name}, made by whoever saved it, and no such class was handed over",
            hint=f"define it in your own code and pass it: load(path, ops=[{architecture.class_name}])",
        )
    given = own[architecture.class_name]
    return (lambda: copy.deepcopy(given)) if isinstance(given, nn.Module) else given


def _filled(build: Callable[[], nn.Module], file: TensorFile) -> nn.Module:
    """The network with the file's tensors as its weights, which are mapped and not copied."""
    with without_memory():  # no memory, so a file can't ask for any before its tensors were found to fit
        model = _built(build, file)
    _compare(model, file)
    weights = file.tensors(_MODEL, finite=True)
    model.load_state_dict(weights, assign=True)
    if _is_whole(model):
        return model
    with torch.random.fork_rng(devices=[]):  # the network computes tables that are not part of its state
        model = _built(build, file)
    model.load_state_dict(weights, assign=True)
    return model


def _built(build: Callable[[], nn.Module], file: TensorFile) -> nn.Module:
    try:
        return build()
    except FledgeError as error:
        raise ModelFileError(f"{file.path}: $.architecture: {error.message}", hint=error.hint) from error
    except (RuntimeError, ValueError, TypeError, AssertionError, ArithmeticError, LookupError) as error:
        raise ModelFileError(f"{file.path}: $.architecture: it can't be built: {error}") from error


def _compare(model: nn.Module, file: TensorFile) -> None:
    """Refuses a file whose tensors are not exactly those of the network: same names, shapes and kinds of number."""
    due = {_MODEL + name: (tuple(tensor.shape), tensor.dtype) for name, tensor in model.state_dict().items()}
    found = {name: (entry.shape, entry.dtype) for name, entry in file.entries.items() if not _is_apart(name)}
    faults = [
        *(f"{name} is missing" for name in due if name not in found),
        *(f"{name} is one too many" for name in found if name not in due),
        *(f"{name} is {found[name]}, not {due[name]}" for name in due if name in found and found[name] != due[name]),
    ]
    if faults:
        raise ModelFileError(f"{file.path}: the tensors are not those of its network: {listed(faults, limit=4)}")


def _is_apart(name: str) -> bool:
    """Whether a tensor of the file is not one of the network's."""
    return name in (_INPUTS, _OUTPUTS) or name.startswith(CODEC)


def _is_whole(model: nn.Module) -> bool:
    """Whether nothing was left without memory, be it a buffer or a plain attribute."""
    held = (each for module in model.modules() for each in (*module._buffers.values(), *vars(module).values()))
    return not any(isinstance(each, Tensor) and each.is_meta for each in held)


def _examples(file: TensorFile, described: Description) -> Examples | None:
    shapes = [file.entries[name].shape for name in (_INPUTS, _OUTPUTS) if name in file.entries]
    if not shapes and not described.examples:
        return None
    if len(shapes) != 2 or {shape[:1] for shape in shapes} != {(len(described.examples),)}:
        raise ModelFileError(f"{file.path}: $.examples: its example inputs, outputs and answers are not as many")
    return Examples(file.tensor(_INPUTS), file.tensor(_OUTPUTS, finite=True))
