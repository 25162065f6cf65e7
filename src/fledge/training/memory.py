"""Memory that runs out, said with the batch size to try."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

from fledge.core.errors import OutOfMemory

if TYPE_CHECKING:
    from fledge.training.run import Run


@contextmanager
def saying_what_fits(run: Run) -> Iterator[None]:
    """Turns running out of memory into an error that names the batch tried and the one to try."""
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise _said(run) from error
    except RuntimeError as error:
        if "allocate memory" not in str(error):  # the processor's allocator has no class of its own
            raise
        raise _said(run) from error


def _said(run: Run) -> OutOfMemory:
    if run.parts is None:
        return OutOfMemory("memory ran out before the first step", hint="use a smaller batch size, inputs or model")
    run.back_to_safety()
    tried = len(run.batch)
    if tried == 1:
        return OutOfMemory("memory ran out with a single item in the batch", hint="use smaller inputs or a smaller model")
    return OutOfMemory(
        f"memory ran out with a batch of {tried}",
        hint=f"try bs={tried // 2}, and accumulate=2 in the learner to keep the same steps",
    )
