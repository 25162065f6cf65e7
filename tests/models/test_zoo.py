"""Networks by name, without loading what they don't need."""

from __future__ import annotations

import subprocess
import sys

import pytest

from fledge.models.zoo import _FAMILIES, create, is_known, known, settings_of, weights_of

HEAVY = "print(sorted({'torch._dynamo', 'sympy', 'torchvision.models.detection', 'timm.models.beit'} & set(sys.modules)))"


def told(*lines: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", "\n".join(["import sys", *lines])], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_a_common_network_is_built_without_the_compiler_and_the_other_networks() -> None:
    build = "from fledge.models.bodies import Body; Body('resnet18').skeleton(); Body('squeezenet1_0').skeleton()"
    assert told(build, HEAVY) == ["[]"]


def test_afterwards_everything_of_timm_and_torchvision_is_there_as_ever() -> None:
    lines = (
        "from fledge.models.bodies import Body",
        "first = type(Body('resnet18').skeleton())",
        "import timm, torch, torchvision",
        "print(timm.models.ResNet is first, timm.is_model('beit_base_patch16_224'), len(timm.list_models()) > 1000)",
        "print(torchvision.ops.nms(torch.eye(2, 4), torch.ones(2), 0.5).shape, torchvision.models.resnet18().fc)",
        "print(torchvision.io.decode_jpeg.__name__, torchvision.datasets.CIFAR10.__name__)",
    )
    assert told(*lines)[0] == "True True True"


@pytest.mark.parametrize("family", list(_FAMILIES))
def test_every_family_holds_networks_of_its_name(family: str) -> None:
    module = _FAMILIES[family].__module__
    import timm

    assert [name for name in timm.list_models(f"{family}*") if timm.model_entrypoint(name).__module__ == module]


def test_a_network_is_known_wherever_it_stands() -> None:
    assert is_known("resnet18")
    assert is_known("ghostnet_100")  # of no family listed
    assert is_known("resnetv2_50")  # begins as another family does
    assert not is_known("resnet_18")
    assert {"resnet18", "ghostnet_100"} <= set(known())


def test_of_a_network_that_is_not_there_nothing_is_built_or_told() -> None:
    with pytest.raises(LookupError, match="timm has no network nothing"):
        create("nothing")
    assert weights_of("nothing") == []
    assert settings_of("nothing").hf_hub_id is None
