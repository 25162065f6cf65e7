"""Many clients at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import psutil
import pytest

from fledge.serve.app import build_app
from fledge.serve.limits import Limits
from tests.counts import count
from tests.predictor.small import pictures, small_predictor
from tests.serve.calls import FORM, ask_now, form, png, serving
from tests.serve.crowd import Heard, crowd, flood

pytestmark = pytest.mark.slow

needs_quiet = pytest.mark.skipif(not count(0, 1), reason="needs a quiet machine: `make promises` runs it")

PREDICTOR = small_predictor()
FILES = [png(each) for each in pictures(32)]
ANSWERS = [json.dumps({"answers": [PREDICTOR(each).as_dict()]}).encode() for each in FILES]


def heard(port: int, *, clients: int, seconds: float, answers: Sequence[bytes] = ANSWERS) -> Heard:
    return asyncio.run(crowd(port, FILES, answers, clients=clients, seconds=seconds))


@needs_quiet
@pytest.mark.promise("E1")
def test_no_answer_is_wrong_and_nothing_grows() -> None:
    with serving(build_app(PREDICTOR)) as port:
        heard(port, clients=64, seconds=count(1, 60))
        before = psutil.Process().memory_info().rss
        got = heard(port, clients=64, seconds=count(3, 600))
        after = psutil.Process().memory_info().rss
    assert got.wrong == []
    assert set(got.statuses) == {200}
    assert got.statuses[200] > 64
    assert after < 1.05 * before


def test_a_wrong_answer_would_be_found() -> None:
    with serving(build_app(PREDICTOR)) as port:
        assert heard(port, clients=2, seconds=0.5, answers=ANSWERS[1:] + ANSWERS[:1]).wrong


@needs_quiet
@pytest.mark.promise("E2")
def test_what_is_too_much_is_sent_away_and_the_rest_is_answered() -> None:
    limits = Limits(waiting=8)
    app = build_app(PREDICTOR, limits=limits)
    with serving(app, limits) as port:
        alone = heard(port, clients=8, seconds=count(2, 30))
        rate = 4 * alone.statuses[200] / count(2, 30)
        flooded = asyncio.run(flood(port, FILES, ANSWERS, rate=rate, seconds=count(2, 30)))
    assert set(alone.statuses) == {200}
    assert set(flooded.statuses) == {200, 503}
    assert (flooded.wrong, flooded.without_retry) == ([], 0)
    assert flooded.statuses[200] > 0.2 * alone.statuses[200]  # the benchmark measures; this finds a collapse
    assert ask_now(app, "POST", "/predict", FORM, form(FILES[0])).body == ANSWERS[0]
