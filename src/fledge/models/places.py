"""Stored places, checked when they come from a file, so that nothing is ever looked up outside its table."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from fledge.core.errors import ModelFileError


def check_places(module: nn.Module, bounds: dict[str, int]) -> None:
    """Lets a module take up a state only if each of these tensors holds places from 0 to below its bound."""

    def check(module: nn.Module, _: Any) -> None:
        for name, bound in bounds.items():
            places: Tensor = getattr(module, name)
            if places.numel() and not 0 <= int(places.min()) <= int(places.max()) < bound:
                raise ModelFileError(f"{name} of {type(module).__name__} points outside its table of {bound}")

    module.register_load_state_dict_post_hook(check)  # type: ignore[no-untyped-call]
