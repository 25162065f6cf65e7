"""Whether something is one certain person's."""

from __future__ import annotations

import pytest

from fledge.core.errors import DataError, UsageError
from fledge.transforms.owner import Owner, OwnerBlock


def test_one_label_stands_against_all_others_however_it_is_written() -> None:
    owner = OwnerBlock(7).learn(["7", 7, 12, "ann"])
    assert owner.encode_all(["7", 7, 12, "never met"]).tolist() == [1, 1, 0, 0]
    assert [owner.decode(place) for place in (0, 1)] == ["not 7", "7"]


def test_an_owner_nothing_is_known_of_and_one_with_no_others_are_refused() -> None:
    with pytest.raises(DataError, match="labelled 'bob', only ann, cleo"):
        OwnerBlock("bob").learn(["ann", "cleo"])
    with pytest.raises(DataError, match="all there is to learn from is labelled 'ann'"):
        OwnerBlock("ann").learn(["ann", "ann"])
    with pytest.raises(UsageError, match="needs a name"):
        Owner(" ")
