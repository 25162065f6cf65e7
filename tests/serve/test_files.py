"""Files out of a request's body."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fledge.core.errors import FledgeError
from fledge.serve.files import read_files
from fledge.serve.problem import status_of
from tests.serve.calls import BOUNDARY, FORM, form

TYPE = FORM["content-type"]


@pytest.mark.parametrize("size", [0, 1, 3, 4096, 1_000_000])
def test_a_form_gives_every_byte_back(size: int) -> None:
    files = [os.urandom(size), b"\r\n--", f"--{BOUNDARY}".encode()[:-1], b"\r\n\r\n"]
    assert read_files(form(*files), TYPE, prefix="image/", most=4) == files


def test_names_of_files_mean_nothing() -> None:
    body = form(b"a").replace(b'"x"', b'"../../etc/passwd"')
    assert read_files(body, TYPE, prefix="image/", most=1) == [b"a"]


def is_read_or_refused(body: bytes, media: str) -> bool:
    """Whether a body gives a few files, or an error that is the sender's."""
    try:
        files = read_files(body, media, prefix="image/", most=4)
    except FledgeError as error:
        return 400 <= status_of(error) < 500
    return len(files) <= 4 and all(isinstance(each, bytes) for each in files)


@pytest.mark.promise("E5")
@given(
    body=st.binary(max_size=300),
    kind=st.sampled_from([TYPE, "application/json", "multipart/form-data; boundary=\x00", "", ";;="]),
)
def test_no_body_gives_anything_but_files_or_a_refusal(body: bytes, kind: str) -> None:
    assert is_read_or_refused(body, kind)


@pytest.mark.promise("E5")
@given(places=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=6), length=st.integers(0, 400))
def test_no_damage_to_a_form_does_harm(places: list[tuple[int, int]], length: int) -> None:
    body = bytearray(form(b"first", b"second"))
    for place, value in places:
        body[place % len(body)] = value
    assert is_read_or_refused(bytes(body[:length]), TYPE)
