"""Tensors and JSON in one standard safetensors file, mapped into memory rather than read."""

from __future__ import annotations

import mmap
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import BinaryIO, Self, final

import torch
from torch import Tensor

from fledge.core.errors import ModelFileError, shown
from fledge.core.files import write_atomically
from fledge.core.strict_json import JsonObject, parse, render
from fledge.core.tensor_header import AGAIN, ALIGNED, METADATA, Entry, header_length, read_header, write_header

_NO_DIGEST = "0" * 64
_DIGEST_AT = 8 + len(f'{{"{METADATA}":{{"digest":"')
_BLOCK = 1 << 22
_OURS = "pass the path of a model saved by fledge"
_QUIETLY = sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))


def write_tensors(path: str | Path, tensors: Mapping[str, Tensor], header: JsonObject) -> str:
    """Writes a file that any safetensors reader opens, and returns its digest.

    The digest is the sha256 of the whole file with zeros where the digest itself stands, so it covers every bit.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     digest = write_tensors(f"{folder}/a.safetensors", {"weight": torch.ones(2)}, {"form": 1})
    ...     file = TensorFile.open(f"{folder}/a.safetensors")
    ...     file.header, file.tensor("weight"), file.digest == digest
    ({'form': 1}, tensor([1., 1.]), True)
    """
    head, order = write_header(tensors, {"digest": _NO_DIGEST, "fledge": render(header).decode()})
    digests: list[str] = []

    def write(file: BinaryIO) -> None:
        digest = sha256(head)
        file.write(head)
        for name in order:
            data = _bytes(tensors[name])
            digest.update(data)
            file.write(data)
        digests.append(digest.hexdigest())
        file.seek(_DIGEST_AT)
        file.write(digests[0].encode())

    write_atomically(path, write, needed=len(head) + sum(tensor.nbytes for tensor in tensors.values()))
    return digests[0]


@final
@dataclass(frozen=True)
class TensorFile:
    """A file of tensors that has been checked: its JSON, and what tensors it holds.

    Tensors are views of the mapped file (those that lie unevenly, small ones in our files, are copies), private to this
    process: writing into one never reaches the file, and a file that is replaced meanwhile (by renaming, as all our writing
    does) stays readable to whoever has it open. Only a file that another program cuts short in place, while it is mapped,
    takes the process with it.
    """

    path: Path
    header: JsonObject
    entries: Mapping[str, Entry]
    digest: str
    _data: memoryview

    @classmethod
    def open(cls, path: str | Path, *, verify: bool = True, foreign: bool = False) -> Self:
        """Checks and maps a file of ours, or with `foreign` any safetensors file, by the same bounds.

        `verify=False` leaves out the digest, and with it the reading of every byte.
        """
        whole = _mapped(path)
        length = header_length(bytes(whole[:8]), len(whole), str(path))
        words, entries = read_header(bytes(whole[8 : 8 + length]), len(whole) - 8 - length, str(path))
        data = whole[8 + length :]
        if foreign:
            return cls(Path(path), {}, entries, "", data)
        if bytes(whole[_DIGEST_AT : _DIGEST_AT + 64]) != words.get("digest", "").encode() or "fledge" not in words:
            raise ModelFileError(f"{path} is a safetensors file, but not one written by fledge", hint=_OURS)
        if verify and _digest(whole) != words["digest"]:
            raise ModelFileError(f"{path} is damaged: its digest does not fit its content", hint=AGAIN)
        return cls(Path(path), parse(words["fledge"].encode(), f"{path}: $"), entries, words["digest"], data)

    def tensor(self, name: str, *, finite: bool = False) -> Tensor:
        """One tensor; with `finite`, refused if any number in it is not one."""
        if name not in self.entries:
            raise ModelFileError(f"{self.path}: there is no tensor {shown(name)}")
        entry = self.entries[name]
        tensor = _view(self._data[entry.start : entry.stop], entry)
        if entry.dtype == torch.bool and entry.size and int(tensor.view(torch.uint8).max()) > 1:
            raise ModelFileError(f"{self.path}: tensor {name!r} holds truth values that are neither 0 nor 1")
        if finite and not is_finite(tensor):
            raise ModelFileError(f"{self.path}: tensor {name!r} holds numbers that are not finite", hint="use an earlier file")
        return tensor

    def tensors(self, prefix: str = "", *, finite: bool = False) -> dict[str, Tensor]:
        """All tensors whose names begin with `prefix`, under what follows it."""
        return {name.removeprefix(prefix): self.tensor(name, finite=finite) for name in self.entries if name.startswith(prefix)}


def is_finite(tensor: Tensor) -> bool:
    """Whether no number in a tensor is infinite or not a number; looked at block by block, in little memory."""
    if not tensor.is_floating_point() or tensor.numel() == 0:
        return True
    for block in torch.split(tensor.detach().reshape(-1), _BLOCK):
        block = block.float() if block.element_size() == 1 else block
        # A finite sum has finite parts; a sum that isn't may only have run over, so then the ends are looked at.
        if not isfinite(block.sum().item()) and not all(isfinite(end.item()) for end in torch.aminmax(block)):
            return False
    return True


def _mapped(path: str | Path) -> memoryview:
    """A regular file as memory of ours, without ever waiting for a pipe or a device."""
    try:
        handle = os.open(path, os.O_RDONLY | _QUIETLY)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ModelFileError(f"{shown(str(path), limit=300)} can't be opened: {reason}", hint=_OURS) from None
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise ModelFileError(f"{path} is not a regular file", hint=_OURS)
        if found.st_size == 0:
            raise ModelFileError(f"{path} is empty", hint=AGAIN)
        return memoryview(mmap.mmap(handle, 0, access=mmap.ACCESS_COPY))
    finally:
        os.close(handle)


def _view(data: memoryview, entry: Entry) -> Tensor:
    if entry.size == 0:
        return torch.empty(entry.shape, dtype=entry.dtype)
    raw = torch.frombuffer(data, dtype=torch.uint8)
    if raw.data_ptr() % ALIGNED:  # arithmetic may take another way there, to other last bits than where the model was made
        raw = raw.clone()
    return raw.view(entry.dtype).view(entry.shape)


def _bytes(tensor: Tensor) -> memoryview:
    flat = tensor.detach().cpu().contiguous().reshape(-1)
    return flat.view(torch.uint8).numpy().data if flat.numel() else memoryview(b"")


def _digest(whole: memoryview) -> str:
    digest = sha256(whole[:_DIGEST_AT])
    digest.update(_NO_DIGEST.encode())
    digest.update(whole[_DIGEST_AT + 64 :])
    return digest.hexdigest()
