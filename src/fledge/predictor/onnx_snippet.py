"""How an exported model is run where there is no fledge: a few lines of Python with onnxruntime and numpy alone."""

from __future__ import annotations

from pathlib import Path

from fledge.predictor.onnx_predictor import OnnxPredictor
from fledge.tasks.saying import SayPoints
from fledge.tasks.saying_regions import SayRegions
from fledge.tasks.saying_suggestions import SayLiked, SayRating
from fledge.transforms.pair_reading import PairReading, PersonReading
from fledge.transforms.picture_reading import PictureReading
from fledge.transforms.row_columns import CategoryColumn, NumberColumn
from fledge.transforms.row_reading import Kind, RowReading
from fledge.transforms.sound_reading import SoundReading

_START = """\
import json
import numpy as np
import onnxruntime

session = onnxruntime.InferenceSession({path!r}, providers=["CPUExecutionProvider"])
about = json.loads(session.get_modelmeta().custom_metadata_map["fledge"])
given = {given}
[found] = session.run([{output!r}], given)
"""
_NAMED = """\
for name, number in zip(about["saying"]["names"], found[0], strict=True):
    print(name, number)
"""
_COVERED = """\
for place, name in enumerate(about["saying"]["names"]):
    print(name, (found[0] == place).mean())  # found[0] is the mask: the class of each place, 255 where nothing was seen
"""
_SCORES = "print(found[0])  # how well each of the things suits the person\n"
_PLACED = "print(found[0].reshape(-1, 2))  # x and y of each point, as shares of width and height\n"
_ENDS = {SayPoints: _PLACED, SayRegions: _COVERED, SayRating: _SCORES, SayLiked: _SCORES}


def snippet(path: str | Path, predictor: OnnxPredictor) -> str:
    """A script that runs as it stands; what it asks about is to be put in place of the numbers in its middle."""
    start = _START.format(path=str(path), given=_given(predictor), output=predictor.target.output)
    return start + _ENDS.get(type(predictor.target), _NAMED)


def _given(predictor: OnnxPredictor) -> str:
    match predictor.input:
        case PictureReading(channels=channels, size=size):
            height, width = size or (300, 400)
            array = f"np.full((1, {height}, {width}, {channels}), 127, np.uint8)"
            more = f', "size": np.array([{height}, {width}])' if predictor.input.own_size else ""
            return f'{{"pixels": {array}{more}}}  # pictures as bytes: count, height, width, channels'
        case PairReading() | PersonReading():
            return '{"pairs": np.array([[1, 1, 2, 3]], np.int32)}  # a person and things, by their places; 0 is unknown'
        case SoundReading(rate=rate):
            return f'{{"samples": np.zeros((1, {rate}), np.int16)}}  # sounds: count, samples at {rate} a second'
        case RowReading() as row:
            values = [f"{name!r}: {_value(*kind)}" for name, kind in zip(row.names, row.kinds.values(), strict=True)]
            return f"{{{', '.join(values)}}}"
    raise TypeError(f"nothing is known of {predictor.input}")


def _value(kind: Kind, column: CategoryColumn | NumberColumn) -> str:
    """A value that training met."""
    if isinstance(column, CategoryColumn) and kind == "name":
        return f"np.array([{(*column.names, '')[0]!r}], object)"
    if isinstance(column, NumberColumn) and kind == "number":
        return f"np.array([{column.value_at(column.fill):.6g}], np.float64)"
    return "np.array(['2024-12-31'], 'datetime64[s]').astype(np.float64)"
