"""Rules: what can be said without looking at the input."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from fledge.classic.fitted import Fitted
from fledge.classic.material import Material
from fledge.models.always import Always, AlwaysNet
from fledge.models.goal import as_outputs


def class_shares(material: Material) -> Fitted:
    """How common each class is: the most common one is the answer to everything."""
    return _always(as_outputs(_shares(material), "classes"))


def tag_shares(material: Material) -> Fitted:
    """How common each tag is."""
    return _always(as_outputs(material.targets.mean(0), "tags"))


def mean(material: Material) -> Fitted:
    """The mean of each number: no other constant has a smaller squared error."""
    return _always(material.targets.double().mean(0).float())


def median(material: Material) -> Fitted:
    """The median of each number: no other constant is nearer on average."""
    return _always(torch.from_numpy(np.median(material.targets.numpy(), axis=0)))


def most_common(material: Material) -> int:
    """The place of the class there is most of."""
    return int(_shares(material).argmax())


def _shares(material: Material) -> Tensor:
    return material.targets.bincount(minlength=material.outputs) / len(material)


def _always(outputs: Tensor) -> Fitted:
    return Fitted(Always(outputs).eval(), AlwaysNet(len(outputs)))
