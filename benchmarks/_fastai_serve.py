"""A photo classifier behind HTTP as fastai's course teaches it: a web framework whose handler calls `learn.predict`.

It prints its port and answers until it is told to end.
"""

from __future__ import annotations

import json
import socket
import sys
from typing import Any

import uvicorn
from fastai.vision.all import ImageDataLoaders, PILImage, Resize, ResizeMethod, vision_learner
from fastapi import FastAPI, UploadFile


def app_of(settings: Any) -> FastAPI:
    dls = ImageDataLoaders.from_folder(
        settings["photos"], valid_pct=0.2, seed=0, item_tfms=Resize(settings["size"], method=ResizeMethod.Squish)
    )
    learn = vision_learner(dls, "mobilenetv2_100", pretrained=False)
    app = FastAPI()

    async def predict(file: UploadFile) -> dict[str, Any]:
        with learn.no_bar(), learn.no_logging():
            label, _, shares = learn.predict(PILImage.create(await file.read()))
        return {"answer": str(label), "probabilities": dict(zip(dls.vocab, map(float, shares), strict=True))}

    app.post("/predict")(predict)
    return app


if __name__ == "__main__":
    made = app_of(json.loads(sys.argv[1]))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        sys.stderr.write(f"answers at http://127.0.0.1:{listening.getsockname()[1]}/\n")
        sys.stderr.flush()
        uvicorn.Server(uvicorn.Config(made, log_level="critical", access_log=False)).run(sockets=[listening])
