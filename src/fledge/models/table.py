"""The networks a model file can name."""

from fledge.core.names import Table

ARCHITECTURES = Table(
    "architecture",
    {
        "vision": "fledge.models.vision:VisionNet",
        "small": "fledge.models.small:SmallNet",
        "custom": "fledge.models.architecture:Custom",
    },
)
