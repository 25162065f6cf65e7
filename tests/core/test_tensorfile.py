"""The tensor file: there and back, readable by others, and refused when it is not as it should be."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from torch import Tensor

from fledge.core.errors import ModelFileError, UsageError
from fledge.core.tensor_header import DTYPES
from fledge.core.tensorfile import TensorFile, is_finite, write_tensors

Header = dict[str, Any]


def some_tensors() -> dict[str, Tensor]:
    return {
        "model.weight": torch.arange(12, dtype=torch.float32).view(3, 4).t(),
        "model.half": torch.arange(5).bfloat16(),
        "steps": torch.tensor(7),
        "mask": torch.tensor([True, False, True]),
        "nothing": torch.zeros(0, 3),
        "pictures": torch.arange(200, dtype=torch.uint8).view(2, 100),
    }


def saved(tmp_path: Path) -> Path:
    write_tensors(tmp_path / "a.safetensors", some_tensors(), {"form": 1, "names": ["chaffinch", "grünfink"]})
    return tmp_path / "a.safetensors"


def foreign(tmp_path: Path, header: Header | bytes, data: bytes = b"", length: int | None = None) -> Path:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path = tmp_path / "foreign.safetensors"
    path.write_bytes((len(text) if length is None else length).to_bytes(8, "little") + text + data)
    return path


def entry(shape: Any = (2,), offsets: Any = (0, 8), dtype: Any = "F32", **more: Any) -> Header:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets, **more}


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    file = TensorFile.open(saved(tmp_path))
    assert file.header == {"form": 1, "names": ["chaffinch", "grünfink"]}
    for name, tensor in some_tensors().items():
        assert torch.equal(file.tensor(name), tensor)
        assert file.tensor(name).dtype == tensor.dtype
    assert set(file.tensors("model.")) == {"weight", "half"}


@pytest.mark.parametrize("dtype", DTYPES.values(), ids=DTYPES)
def test_every_kind_of_number_is_read_back_by_us_and_by_others(tmp_path: Path, dtype: torch.dtype) -> None:
    numbers = torch.tensor([0, 1, 1], dtype=torch.uint8).to(dtype)
    write_tensors(tmp_path / "a", {"byte": torch.ones(1, dtype=torch.uint8), "numbers": numbers}, {})
    ours, others = TensorFile.open(tmp_path / "a").tensors(), safetensors.torch.load_file(tmp_path / "a")
    for read in (ours, others):
        assert read["numbers"].dtype == dtype
        assert read["numbers"].view(torch.uint8).equal(numbers.view(torch.uint8))


def test_the_same_content_is_the_same_file(tmp_path: Path) -> None:
    first = saved(tmp_path).read_bytes()
    assert saved(tmp_path).read_bytes() == first


def test_tensors_lie_as_evenly_as_those_that_torch_makes(tmp_path: Path) -> None:
    odd = {
        "bytes": torch.ones(3, dtype=torch.uint8),
        "five": torch.arange(5.0),
        "large": torch.ones(64, 3),
        "two": torch.ones(2),
    }
    write_tensors(tmp_path / "a", odd, {})
    file = TensorFile.open(tmp_path / "a")
    assert all(tensor.data_ptr() % 64 == 0 for tensor in file.tensors().values())
    assert file.entries["large"].start == 0  # what can be mapped is not copied
    assert all(file.tensor(name).equal(tensor) for name, tensor in odd.items())


def test_writing_into_a_tensor_never_reaches_the_file(tmp_path: Path) -> None:
    path = saved(tmp_path)
    TensorFile.open(path).tensor("model.weight").zero_()
    assert torch.equal(TensorFile.open(path).tensor("model.weight"), some_tensors()["model.weight"])


def test_tensors_outlive_the_file_object_and_its_replacement(tmp_path: Path) -> None:
    tensor = TensorFile.open(saved(tmp_path)).tensor("model.weight")
    write_tensors(tmp_path / "a.safetensors", {"model.weight": torch.zeros(1)}, {})
    assert torch.equal(tensor, some_tensors()["model.weight"])


@pytest.mark.promise("A4")
def test_every_flipped_bit_is_found(tmp_path: Path) -> None:
    path = saved(tmp_path)
    good = path.read_bytes()
    generator = torch.Generator().manual_seed(0)
    for bit in torch.randint(0, 8 * len(good), (1000,), generator=generator).tolist():
        bad = bytearray(good)
        bad[bit // 8] ^= 1 << (bit % 8)
        path.write_bytes(bad)
        with pytest.raises(ModelFileError):
            TensorFile.open(path)


@pytest.mark.promise("A4")
def test_a_file_cut_short_or_grown_is_found_even_unverified(tmp_path: Path) -> None:
    path = saved(tmp_path)
    good = path.read_bytes()
    for bad in (*(good[:end] for end in range(0, len(good), 7)), good + b"\0"):
        path.write_bytes(bad)
        with pytest.raises(ModelFileError):
            TensorFile.open(path, verify=False)


def test_unverified_a_changed_weight_goes_unnoticed_as_asked(tmp_path: Path) -> None:
    path = saved(tmp_path)
    path.write_bytes(path.read_bytes()[:-1] + b"\xff")
    TensorFile.open(path, verify=False)
    with pytest.raises(ModelFileError, match="damaged: its digest"):
        TensorFile.open(path)


def test_a_file_of_another_program_is_read_as_foreign_and_not_as_ours(tmp_path: Path) -> None:
    safetensors.torch.save_file({"conv.weight": torch.ones(3)}, tmp_path / "b", metadata={"format": "pt"})
    assert TensorFile.open(tmp_path / "b", foreign=True).tensor("conv.weight").tolist() == [1, 1, 1]
    with pytest.raises(ModelFileError, match="not one written by fledge"):
        TensorFile.open(tmp_path / "b")


def test_a_foreign_tensor_at_an_odd_place_is_read_all_the_same(tmp_path: Path) -> None:
    path = foreign(
        tmp_path, {"a": entry((1,), (0, 1), "U8"), "b": entry((2,), (1, 9))}, b"\0" + torch.ones(2).numpy().tobytes()
    )
    assert TensorFile.open(path, foreign=True).tensor("b").tolist() == [1, 1]


@pytest.mark.promise("A2")
@pytest.mark.parametrize(
    ("header", "data", "reason"),
    [
        ({"a": entry()}, b"1234567", "7 follow the header"),
        ({"a": entry()}, b"123456789", "9 follow the header"),
        ({"a": entry(), "b": entry()}, b"12345678", "begins at byte 0, where 8 is due"),
        ({"a": entry(), "b": entry(offsets=(12, 20))}, b"1" * 20, "begins at byte 12, where 8 is due"),
        ({"a": entry(offsets=(8, 0))}, b"", "does not fit"),
        ({"a": entry(offsets=(-8, 0))}, b"", ">= 0"),
        ({"a": entry((3,))}, b"12345678", "does not fit its 8 bytes"),
        ({"a": entry([0, 2**60], (0, 0))}, b"", "<= 281474976710656"),
        ({"a": entry([0, 2**40, 2**40], (0, 0))}, b"", "larger than any file"),
        ({"a": entry([2**32, 2**32, 2], (0, 0))}, b"", "larger than any file"),
        ({"a": entry([1] * 9, (0, 4))}, b"1234", "length <= 8"),
        ({"a": entry([True], (0, 4))}, b"1234", "Expected `int`"),
        ({"a": entry(dtype="F4")}, b"12345678", "unknown kind of number 'F4'"),
        ({"a": entry(dtype=4)}, b"12345678", "Expected `str`"),
        ({"a": entry(path="/etc/passwd")}, b"12345678", "unknown field `path`"),
        ({"a": {"dtype": "F32"}}, b"", "missing required field"),
        ({"a": 7}, b"", "Expected `object`"),
        ({"a\0b": entry()}, b"12345678", "not a name we accept"),
        ({"../a": entry()}, b"12345678", "not a name we accept"),
        ({"": entry()}, b"12345678", "not a name we accept"),
        ({"a" * 201: entry()}, b"12345678", "not a name we accept"),
        ({"__metadata__": {"a": 1}}, b"", "Expected `str`"),
        ({"__metadata__": []}, b"", "Expected `object`"),
        ({f"t{i}": entry((0,), (0, 0)) for i in range(20_001)}, b"", "20001 tensors"),
        (b'{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{}}', b"1", "stands twice"),
        (b"not json", b"", "refused JSON"),
    ],
)
def test_a_header_that_breaks_a_rule_is_refused_with_the_reason(tmp_path: Path, header: Any, data: bytes, reason: str) -> None:
    with pytest.raises(ModelFileError, match=f"foreign.safetensors: .*{reason}"):
        TensorFile.open(foreign(tmp_path, header, data), foreign=True)


@pytest.mark.promise("A2")
@pytest.mark.parametrize("length", [2**63, 2**64 - 1, 8 * 2**20 + 1, 100_000, 0])
def test_a_lie_about_the_headers_length_is_refused(tmp_path: Path, length: int) -> None:
    with pytest.raises(ModelFileError):
        TensorFile.open(foreign(tmp_path, {}, b"", length=length), foreign=True)


@pytest.mark.promise("A2")
def test_what_is_not_a_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "empty").touch()
    for place in (
        tmp_path,
        tmp_path / "fifo",
        tmp_path / "loop",
        tmp_path / "empty",
        tmp_path / "missing",
        "/dev/zero",
        "a\0b",
    ):
        with pytest.raises(ModelFileError) as caught:
            TensorFile.open(place)
        assert caught.value.hint


def test_numbers_that_are_not_finite_are_found_where_asked(tmp_path: Path) -> None:
    write_tensors(tmp_path / "a", {"good": torch.ones(2), "bad": torch.tensor([1.0, float("nan")])}, {})
    file = TensorFile.open(tmp_path / "a")
    assert file.tensor("good", finite=True).tolist() == [1, 1]
    assert file.tensor("bad").isnan().any()
    with pytest.raises(ModelFileError, match="tensor 'bad' holds numbers that are not finite"):
        file.tensors(finite=True)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.float8_e5m2])
def test_finite_means_every_number_and_not_their_sum(dtype: torch.dtype) -> None:
    largest = torch.full((1000,), torch.finfo(dtype).max, dtype=torch.float64).to(dtype)
    assert is_finite(largest)
    for bad in (float("inf"), float("-inf"), float("nan")):
        broken = largest.to(torch.float64)
        broken[500] = bad
        assert not is_finite(broken.to(dtype))


def test_truth_values_other_than_0_and_1_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="neither 0 nor 1"):
        TensorFile.open(foreign(tmp_path, {"a": entry((2,), (0, 2), "BOOL")}, b"\1\2"), foreign=True).tensors()


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"a b": torch.ones(1)}, "can't be called 'a b'"),
        ({"__metadata__": torch.ones(1)}, "can't be called"),
        ({"a": torch.ones(1, dtype=torch.complex64)}, "complex64"),
    ],
)
def test_what_could_not_be_read_is_not_written(tmp_path: Path, tensors: dict[str, Tensor], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        write_tensors(tmp_path / "a", tensors, {})
    assert not list(tmp_path.iterdir())


def test_a_tensor_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="no tensor 'weight'"):
        TensorFile.open(saved(tmp_path)).tensor("weight")
