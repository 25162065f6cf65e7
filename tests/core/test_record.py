"""Descriptions as JSON, there and back, and what is refused on the way back."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fledge.core.errors import ModelFileError, UsageError
from fledge.core.names import Table
from fledge.core.record import pack, unpack
from fledge.core.strict_json import JsonObject, parse, render

Size = Annotated[int, msgspec.Meta(ge=1, le=1000)]


class Step(ABC):  # noqa: B024
    """A base class whose place others take."""


@dataclass(frozen=True)
class Shrink(Step):
    """A step with bounded fields."""

    size: Size | tuple[Size, Size]
    method: Literal["crop", "pad"] = "crop"


@dataclass(frozen=True)
class Range:
    """A part without a name of its own."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"{self.low} is above {self.high}")


@dataclass(frozen=True)
class Eye:
    """One field of every kind there is."""

    names: tuple[str, ...]
    steps: Annotated[tuple[Step, ...], msgspec.Meta(max_length=3)] = ()
    first: Step | None = None
    ranges: tuple[Range, Range] = (Range(0, 1), Range(0, 1))
    counts: Mapping[str, int] = field(default_factory=dict)
    open: bool = True
    scale: float | None = None
    title: str = ""


def flip(picture: object) -> object:
    """A step of the caller's own."""
    return picture


@dataclass(frozen=True)
class Tilt(Step):
    """A step of the caller's own, with a bounded field."""

    angle: Annotated[float, msgspec.Meta(ge=-90, le=90)] = 0.0


@dataclass(frozen=True)
class Colour:
    """Something of the caller's own that is no step."""

    name: str = "red"


THINGS = Table("thing", {"eye": f"{__name__}:Eye"})
STEPS = Table("step", {"shrink": f"{__name__}:Shrink"})
TABLES = {Step: STEPS}


def read(data: Any, **ops: Any) -> Any:
    return unpack(data, THINGS, "bird: $.task", tables=TABLES, ops=ops)


ranges = st.tuples(st.floats(-10, 0), st.floats(1, 10)).map(lambda ends: Range(*ends))
steps = st.builds(
    Shrink, st.integers(1, 1000) | st.tuples(st.integers(1, 1000), st.integers(1, 1000)), st.sampled_from(["crop", "pad"])
)
texts = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(
    st.builds(
        Eye,
        names=st.lists(texts).map(tuple),
        steps=st.lists(steps, max_size=3).map(tuple),
        first=st.none() | steps,
        ranges=st.tuples(ranges, ranges),
        counts=st.dictionaries(texts, st.integers(-(2**53), 2**53)),
        open=st.booleans(),
        scale=st.none() | st.floats(allow_nan=False, allow_infinity=False),
        title=texts,
    )
)
def test_what_is_packed_is_unpacked_as_it_was(eye: Eye) -> None:
    assert read(parse(render(pack(eye, THINGS, tables=TABLES)), "bird")) == eye


def test_a_packed_thing_is_plain_and_readable() -> None:
    packed = pack(Eye(("cat",), steps=(Shrink(3),)), THINGS, tables=TABLES)
    assert packed["name"] == "eye"
    assert packed["steps"] == [{"name": "shrink", "size": 3, "method": "crop"}]


@pytest.mark.promise("A7")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "eey"}, r"\$\.task\.name: unknown thing 'eey': did you mean 'eye'"),
        ({"name": None}, r"\$\.task\.name: unknown thing None"),
        ({"name": ["eye"]}, r"unknown thing \['eye'\]"),
        ({"nams": []}, "unknown field 'nams': did you mean 'names'"),
        ({"steps": [{"name": "shrnk", "size": 1}]}, r"\$\.task\.steps\[0\]\.name: unknown step 'shrnk': did you mean 'shrink'"),
        ({"steps": [{"name": "shrink", "size": 0}]}, r"\$\.task\.steps\[0\]\.size: 0 should be at least 1"),
        (
            {"steps": [{"name": "shrink", "size": 2, "method": "eval"}]},
            r"steps\[0\]\.method: unknown choice 'eval': known are crop, pad",
        ),
        ({"steps": [{"name": "shrink"}]}, r"steps\[0\]\.size: missing"),
        ({"steps": [{"name": "shrink", "size": 1}] * 4}, "at most this long: 3"),
        ({"steps": {"name": "shrink"}}, "should be a list"),
        ({"steps": [7]}, r"steps\[0\]: 7 should be an object"),
        ({"names": ["a", 3]}, r"\$\.task\.names\[1\]: 3 should be a text"),
        ({"names": ["a\0"]}, "holds a zero byte"),
        ({"names": ["a" * 10_001]}, "too long"),
        ({"names": [""] * 100_001}, "at most 100000"),
        ({"counts": {"a": 2**53 + 1}}, "out of bounds"),
        ({"counts": {"a": 1.5}}, r"counts\.a: 1\.5 should be a whole number"),
        ({"scale": float("nan")}, "out of bounds"),
        ({"open": 1}, "1 should be true or false"),
        ({"steps": [{"name": "shrink", "size": "2"}]}, "'2' should be a whole number"),
        ({"steps": [{"name": "shrink", "size": [2, 1001]}]}, r"size\[1\]: 1001 should be at most 1000"),
        ({"steps": [{"name": "shrink", "size": [2]}]}, "1 entries where 2 are due"),
        ({"steps": [{"name": "shrink", "size": 2.0}]}, "2.0 should be a whole number"),
        ({"title": None}, "None should be a text"),
        ({"scale": "1"}, "'1' should be"),
        ({"ranges": [{"low": 0, "high": 1}]}, "1 entries where 2 are due"),
        ({"ranges": [{"low": 2, "high": 1}] * 2}, r"ranges\[0\]: 2\.0 is above 1\.0"),
        ({"first": {"name": "custom", "callable": "os.system"}}, "no such function or class was handed over"),
        ({"first": {"name": "custom", "callable": "flip", "more": 1}}, "no such function or class was handed over"),
        ({"first": {"name": "custom", "callable": "Tilt", "fields": {}}}, "no such function or class was handed over"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(change: JsonObject, message: str) -> None:
    packed = pack(Eye(("cat",)), THINGS, tables=TABLES) | change
    with pytest.raises(ModelFileError, match=f"^bird: .*{message}"):
        read(packed)


@pytest.mark.promise("A8")
def test_a_function_of_the_callers_own_is_kept_by_name_and_has_to_be_handed_over() -> None:
    packed = pack(Eye((), first=flip), THINGS, tables=TABLES)  # type: ignore[arg-type]
    assert packed["first"] == {"name": "custom", "callable": "flip"}
    assert read(packed, flip=flip).first is flip
    with pytest.raises(ModelFileError, match=r"ops=\[flip\]"):
        read(packed)


@pytest.mark.promise("A8")
def test_a_dataclass_of_the_callers_own_is_kept_with_its_fields_and_has_to_be_handed_over() -> None:
    packed = pack(Eye((), first=Tilt(30)), THINGS, tables=TABLES)
    assert packed["first"] == {"name": "custom", "callable": "Tilt", "fields": {"angle": 30}}
    assert read(packed, Tilt=Tilt).first == Tilt(30)
    with pytest.raises(ModelFileError, match=r"ops=\[Tilt\]"):
        read(packed)


@pytest.mark.promise("A8")
@pytest.mark.parametrize(
    ("own", "message"),
    [
        ({"callable": "Tilt", "fields": {"angle": 91}}, r"first\.angle: 91 should be at most 90"),
        ({"callable": "Tilt", "fields": {"angel": 9}}, "'angel'"),
        ({"callable": "Tilt", "fields": 9}, "should be an object"),
        ({"callable": "Tilt", "fields": {}, "more": 1}, "no such function or class"),
        ({"callable": "flip", "fields": {}}, "no such function or class"),
        ({"callable": "Colour", "fields": {}}, "a Colour is no step"),
    ],
)
def test_one_that_does_not_fit_is_refused(own: JsonObject, message: str) -> None:
    packed = pack(Eye(()), THINGS, tables=TABLES) | {"first": {"name": "custom", **own}}
    with pytest.raises(ModelFileError, match=message):
        read(packed, Tilt=Tilt, flip=flip, Colour=Colour)


@pytest.mark.parametrize("value", [lambda x: x, object(), float("nan"), {1, 2}, b"bytes"])
def test_what_cannot_be_kept_is_named_when_packing(value: Any) -> None:
    with pytest.raises(UsageError, match=r"Eye\.title is .*can't be kept"):
        pack(Eye((), title=value), THINGS, tables=TABLES)
    with pytest.raises(UsageError, match="not a step that can be kept"):
        pack(value, STEPS)
