"""Batches on their way to a device."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch

from fledge.core.seeds import Draws
from fledge.data.batch import Batch, tensors_in

Raw = tuple[Batch, Draws | None]
"""A batch as it was read, and the random numbers it will be changed by."""


def arriving(made: Iterator[Raw], ready: Callable[[Batch, Draws | None], Batch], device: torch.device) -> Iterator[Batch]:
    """Each batch moved to the device and made ready there.

    On a CUDA card both happen on a stream of their own, beside what the model still does with the batch before; nothing
    waits on this side of the bus.
    """
    if device.type != "cuda":
        for batch, draws in made:
            yield ready(batch.to(device), draws)
        return
    stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
    for batch, draws in made:
        with torch.cuda.stream(stream):
            arrived = ready(batch.to(device), draws)
            done = stream.record_event()
        yield _handed_over(arrived, done, torch.cuda.current_stream(device))


def _handed_over(batch: Batch, done: torch.cuda.Event, user: torch.cuda.Stream) -> Batch:
    """The batch, for use on the stream `user`: its work comes after, and its memory is not given away before."""
    user.wait_event(done)
    for tensor in tensors_in((batch.inputs, batch.targets)):
        tensor.record_stream(user)
    return batch
