"""Reading movements: what is guessed, what is converted, what is refused by name."""

from __future__ import annotations

import gzip
import io
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fledge.core.errors import UnreadableItem
from fledge.transforms.track import Track
from fledge.transforms.track_columns import TrackColumns, looks_like_a_track
from fledge.transforms.track_file import read_track
from fledge.transforms.track_states import DRAG, MOVE, PRESS, RELEASE, SCROLL
from tests.broken import broken
from tests.counts import count
from tests.real_data import real_data
from tests.tracks import as_csv, movement

CSV = b"time,x,y\n0,10,10\n0.5,20,15\n0.5,30,20\n"


def test_path_bytes_open_file_packed_file_frames_and_arrays_are_one_movement(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.csv", tmp_path / "b.csv.gz"
    plain.write_bytes(CSV)
    packed.write_bytes(gzip.compress(CSV))
    columns: dict[str, list[float]] = {"time": [0.0, 0.5, 0.5], "x": [10, 20, 30], "y": [10, 15, 20]}
    array = np.column_stack(list(columns.values()))
    ways = [plain, str(packed), CSV, io.BytesIO(CSV), pl.DataFrame(columns), pd.DataFrame(columns), columns, array]
    expected = np.array([[10.0, 10, 0, MOVE], [20, 15, 0.5, MOVE], [30, 20, 0, MOVE]])
    assert all(np.array_equal(read_track(way).events, expected) for way in [*ways, torch.from_numpy(array)])


@pytest.mark.parametrize(
    "header",
    ["t,x,y", "Timestamp;X;Y", "time_ms\tpos_x\tpos_y", "clientX|clientY|ts", "mouse x,mouse y,elapsed", "y,x,t,other"],
)
def test_names_are_guessed(header: str) -> None:
    separator = next(each for each in ",;\t|" if each in header)
    rows = [separator.join(["1", "2", "3", "4"][: header.count(separator) + 1])] * 2
    assert len(read_track("\n".join([header, *rows]).encode()).events) == 2


def test_said_names_are_taken_over_guessed_ones_and_must_be_there() -> None:
    two_clocks = b"record timestamp,client timestamp,x,y\n0,5,1,1\n1,9,2,2\n"
    assert read_track(two_clocks).events[1, 2] == 4
    assert read_track(two_clocks, TrackColumns(time="record timestamp")).events[1, 2] == 1
    with pytest.raises(UnreadableItem, match="no column 'tyme'"):
        read_track(two_clocks, TrackColumns(time="tyme"))
    assert looks_like_a_track(["Time", "X", "Y"])
    assert not looks_like_a_track(["width", "height", "label"])


@pytest.mark.parametrize(
    ("header", "cells", "kinds"),
    [
        ("button,state", ["NoButton,Move", "Left,Pressed", "NoButton,Drag", "Left,Released", "Scroll,Down"], [0, 1, 3, 2, 4]),
        ("event", ["mousemove", "mousedown", "mouseup", "wheel", "click"], [MOVE, PRESS, RELEASE, SCROLL, PRESS]),
        (
            "event",
            ["pointermove", "touchstart", "touchend", "pointerdown", "pointerup"],
            [MOVE, PRESS, RELEASE, PRESS, RELEASE],
        ),
        ("pressed", ["0", "1", "1", "0", "0"], [MOVE, PRESS, DRAG, RELEASE, MOVE]),
        ("pressure", ["0.0", "0.3", "0.9", "0.4", "0"], [MOVE, PRESS, DRAG, DRAG, RELEASE]),
        ("is_down", ["true", "true", "false", "false", "true"], [PRESS, DRAG, RELEASE, MOVE, PRESS]),
        ("button", ["NoButton", "Left", "Left", "none", ""], [MOVE, PRESS, DRAG, RELEASE, MOVE]),
    ],
)
def test_buttons_and_states_in_words_or_numbers_say_what_happened(header: str, cells: list[str], kinds: list[int]) -> None:
    rows = [f"{place},1,{place},{cell}" for place, cell in enumerate(cells)]
    assert read_track("\n".join([f"t,x,y,{header}", *rows]).encode()).events[:, 3].tolist() == kinds


def test_places_off_the_screen_are_brought_to_its_edge_and_said() -> None:
    events = movement(events=100)
    events[7, 1] = events[9, 2] = 65535
    read = read_track(as_csv(events).encode())
    others = np.delete(events, 7, 0)[:, 1]
    assert read.events[7, 0] == pytest.approx(others.max(), abs=0.1)
    assert read.said == "2 of 100 places were off the screen and are taken to be at its edge"
    assert read_track(as_csv(movement()).encode()).said == ""


def test_coordinates_that_are_all_large_are_left_as_they_are() -> None:
    events = movement()
    events[:, 1:3] *= 65
    assert read_track(events).off_screen == 0


HOSTILE = {
    "nothing": (b"", "is empty"),
    "a line of names": (b"time,x,y\n", "no events"),
    "one event": (b"time,x,y\n0,1,1\n", "one event"),
    "no x": (b"time,a,y\n0,1,1\n1,2,2\n", "known to hold x"),
    "no time": (b"x,y\n1,1\n2,2\n", "known to hold time"),
    "no names": (b"0,1,1\n1,2,2\n", "names of columns were expected"),
    "names twice": (b"time,x,x,y\n0,1,1,1\n1,1,1,1\n", "called 'x'"),
    "NaN": (b"time,x,y\n0,1,1\n1,NaN,2\n", "'x' is 'NaN', not a finite number in line 3"),
    "infinite": (b"time,x,y\n0,1,1\n1,2,inf\n", "'y' is 'inf', not a finite number in line 3"),
    "text": (b"time,x,y\n0,1,1\n1,2,two\n", "'y' is 'two', not a finite number in line 3"),
    "a gap": (b"time,x,y\n0,1,1\n1,,2\n", "'x' is missing in line 3"),
    "a short row": (b"time,x,y\n0,1,1\n1,2\n", "'y' is missing in line 3"),
    "a long row": (b"time,x,y\n0,1,1\n1,2,3,4,5\n", "is no table"),
    "time backwards": (b"time,x,y\n0,1,1\n2,2,2\n1.5,3,3\n", "time goes backwards in line 4: 1.5 after 2"),
    "too large": (b"time,x,y\n0,1,1\n1,1e300,2\n", "too large"),
    "a quote left open": (b'"time,x,y\n0,1,1\n1,2,2\n', "a quote in its first line is never closed"),
    "a separator in a name": (b'"time,s",x,y\n0,1,1\n1,2,2\n', "or stands around a separator"),
    "zero bytes": (b"time,x,y\n0,1,\0\n", "zero bytes"),
    "not UTF-8": (b"time,x,y\n0,1,\xff\n", "UTF-8"),
    "cut gzip": (gzip.compress(CSV * 50)[:-20], "cut short"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "UTF-8"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_movement_is_refused_with_the_reason(what: str, tmp_path: Path) -> None:
    data, reason = HOSTILE[what]
    file = tmp_path / "a.csv"
    file.write_bytes(data)
    with pytest.raises(UnreadableItem, match=reason) as caught:
        read_track(file)
    assert str(file) in caught.value.message


FORMS = {
    "commas": as_csv(movement(events=20)).encode(),
    "semicolons": b"time;x;y\n0;10;10\n0,5;20;15\n0,5;30;20\n",
    "UTF-16": CSV.decode().encode("utf-16"),
    "packed": gzip.compress(as_csv(movement(events=20)).encode(), mtime=0),
}


@pytest.mark.parametrize("form", list(FORMS))
def test_broken_bytes_are_a_movement_of_numbers_or_named(form: str) -> None:
    for each in broken(FORMS[form], count(25, 5000), seed=3):
        with suppress(UnreadableItem):
            assert np.isfinite(read_track(each).events).all()


@pytest.mark.parametrize(
    "source",
    [
        3,
        None,
        np.zeros(5),
        np.zeros((5, 9)),
        np.array([["a", "b", "c"]] * 3),
        io.StringIO("t,x,y\n0,1,1\n"),
        {"t": [0, 1]},
        "/no",
    ],
    ids=lambda source: type(source).__name__,
)
def test_what_can_not_hold_a_movement_is_refused_too(source: object) -> None:
    with pytest.raises(UnreadableItem, match="can't be read"):
        read_track(source)


def test_equal_times_several_line_ends_marks_and_encodings_are_read() -> None:
    text = CSV.decode()
    ways = [text.replace("\n", "\r\n").encode(), text.encode("utf-16"), text.encode("utf-8-sig"), b'"time","x","y"' + CSV[8:]]
    assert all(np.array_equal(read_track(way).events, read_track(CSV).events) for way in ways)
    assert read_track(b"time;x;y\n0;10;10\n0,5;20;15\n0,5;30;20\n").events.tolist() == read_track(CSV).events.tolist()


def test_what_is_packed_too_tightly_or_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fledge.transforms.track_file._MOST_BYTES", 1000)
    with pytest.raises(UnreadableItem, match="more than 1,000 bytes"):
        read_track(gzip.compress(b"time,x,y\n" + b"0,1,1\n" * 1000))
    (tmp_path / "long.csv").write_bytes(b" " * 2000)
    with pytest.raises(UnreadableItem, match="2,000 bytes"):
        read_track(tmp_path / "long.csv")
    monkeypatch.setattr("fledge.transforms.track_file.MOST_EVENTS", 10)
    with pytest.raises(UnreadableItem, match="60 events"):
        read_track(movement())


CELLS = st.sampled_from(
    ["0", "1", "2.5", "-3", "1e9", "1e400", "nan", "", " ", "x", "\0", "Left", "65535", "\u202e", '"', "1,5"]
)
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=5), max_size=6)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["time,x,y", "t,x,y,state", "x;y;time", "x", "", "time,x,y,button,state"]), TABLES, st.sampled_from(",;\t")
)
def test_whatever_stands_in_a_table_it_is_a_movement_or_refused(header: str, rows: list[list[str]], separator: str) -> None:
    text = "\n".join([header, *(separator.join(row) for row in rows)])
    try:
        events = read_track(text.encode()).events
    except UnreadableItem:
        return
    assert np.isfinite(events).all()
    assert (events[:, 2] >= 0).all()
    assert Track(events=4, pieces=2).encode(text.encode()).isfinite().all()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 60))
def test_whatever_bytes_come_they_are_a_movement_or_refused(data: bytes, place: int) -> None:
    for given_bytes in (data, CSV[:place] + data + CSV[place:], gzip.compress(CSV)[:place] + data):
        with suppress(UnreadableItem):
            assert np.isfinite(read_track(given_bytes).events).all()


def test_every_session_of_the_mouse_challenge_is_read() -> None:
    files = sorted(real_data("mouse-dynamics").glob("t*/*/*.csv.gz"))[::20]
    read = [read_track(file) for file in files]
    assert all(each.columns.time == "client timestamp" for each in read)
    assert {int(kind) for each in read for kind in each.events[:, 3].tolist()} == {MOVE, PRESS, RELEASE, DRAG, SCROLL}
