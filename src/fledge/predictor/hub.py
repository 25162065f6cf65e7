"""A model put on the Hugging Face Hub: its file, and its card as the page that stands before it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import huggingface_hub
from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.errors import HfHubHTTPError, HFValidationError

from fledge.core.errors import FledgeError, Unavailable, UsageError, shown
from fledge.models.pretrained import knock
from fledge.predictor.card_text import about, front_matter, plain
from fledge.predictor.predictor import Predictor
from fledge.tasks.table import TASKS

MODEL = "model.safetensors"
_TAKEN = 409
_AN_EMPTY_ONE = {".gitattributes"}
_PIPELINES = {
    "image-classification": "image-classification",
    "image-tags": "image-classification",
    "image-segmentation": "image-segmentation",
    "image-points": "keypoint-detection",
    "sound-classification": "audio-classification",
    "table-classification": "tabular-classification",
    "table-regression": "tabular-regression",
}
"""What the Hub calls a kind of problem, where it has a name for it."""


def push_to_hub(
    predictor: Predictor,
    name: str,
    *,
    private: bool = False,
    token: str | None = None,
    licence: str = "",
    replace: bool = False,
) -> str:
    """Puts a model on the Hub as `name` ("user/birds"), and returns its address there.

    Without a `token` that of `hf auth login`, or of `HF_TOKEN`, is used. Whoever publishes says under which `licence`, unless
    the card says so. A model that stands there already is only written over with `replace`; its history is kept.
    """
    licence = licence or predictor.card.licence
    if not (licence or private):
        raise UsageError(
            "under which licence others may use the model is not said",
            hint='licence="apache-2.0" (--licence), "other" where it has no name on the Hub, or private=True (--private)',
        )
    if not (token or huggingface_hub.get_token()):
        raise Unavailable("nobody is signed in to the Hub", hint='hf auth login, HF_TOKEN in the environment, or token="hf_…"')
    api = HfApi(token=token)
    with TemporaryDirectory(prefix="fledge-") as folder, _in_words(name):
        predictor.save(file := Path(folder, MODEL))
        knock()
        _make_room(api, name, private=private, replace=replace)
        page = model_page(predictor, name, licence).encode()
        files = [CommitOperationAdd(MODEL, file), CommitOperationAdd("README.md", page)]
        api.create_commit(name, files, commit_message="A model made with fledge")
    return f"{api.endpoint}/{name}"


def model_page(predictor: Predictor, name: str, licence: str) -> str:
    """The page before the model: facts for the Hub, and the card for people."""
    task = TASKS.name_of(type(predictor.task)) or ""
    facts = {
        "library_name": "fledge",
        "license": licence.lower(),
        "pipeline_tag": _PIPELINES.get(task),
        "tags": [each for each in ("fledge", task) if each],
        "metrics": list(predictor.card.figures),
    }
    title = predictor.card.name or name.rpartition("/")[2]
    use = [
        "import fledge",
        "from huggingface_hub import hf_hub_download",
        "",
        f"model = fledge.load(hf_hub_download({name!r}, {MODEL!r}))",
    ]
    told = about(predictor.card, predictor.title, predictor.classes)
    code = "\n".join(use)
    return f"{front_matter(facts)}\n# {plain(title)}\n\n{told}\n## How to use it\n\n```python\n{code}\n```\n"


def _make_room(api: HfApi, name: str, *, private: bool, replace: bool) -> None:
    """A place of that name on the Hub; one that holds anything already is left alone unless it may be replaced."""
    try:
        api.create_repo(name, private=private, exist_ok=replace)
    except HfHubHTTPError as error:
        if error.response.status_code != _TAKEN or set(api.list_repo_files(name)) - _AN_EMPTY_ONE:
            raise


@contextmanager
def _in_words(name: str) -> Iterator[None]:
    """Turns what the Hub's client raises into what a person can act on."""
    try:
        yield
    except FledgeError:
        raise
    except HFValidationError as error:
        raise UsageError(f"{shown(name)} is no name on the Hub: {_first_line(error)}", hint='"user/birds"') from error
    except HfHubHTTPError as error:
        raise _refused(name, error) from error
    except Exception as error:  # the client's own kinds, of whichever HTTP library it uses
        raise Unavailable(
            f"{name} could not be put on the Hub: {_first_line(error)}",
            hint="model.save(...) keeps it here; try again when the network is there",
        ) from error


def _refused(name: str, error: HfHubHTTPError) -> FledgeError:
    match error.response.status_code:
        case 401:
            return Unavailable("the Hub does not know this token", hint="hf auth login, or make one that may write in settings")
        case 403:
            return Unavailable(f"this token may not write to {name}", hint="give it the right to write, or use your own name")
        case 409:
            return UsageError(
                f"{name} stands on the Hub already", hint="replace=True (--replace) writes over it, or choose another name"
            )
    return Unavailable(f"the Hub refuses {name}: {_first_line(error)}")


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
