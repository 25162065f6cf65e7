"""A stand-in for the Hugging Face Hub: as much of its HTTP as putting a model there needs."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "hf_" + "a" * 34


@dataclass
class Hub:
    """What was put there: for each name its files, and whether it is public."""

    address: str = ""
    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    visible: dict[str, Any] = field(default_factory=dict)

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        """The status and the JSON of a reply."""
        if path == "/api/validate-yaml":
            return 200, {"errors": [], "warnings": []}
        if path == "/api/repos/create":
            return self._create(json.loads(body))
        found = re.fullmatch(r"/api/models/(\w+/[\w-]+)/(preupload|commit|tree)/main", path)
        if found is None or found[1] not in self.files:
            return 404, {"error": f"nothing is known of {method} {path}"}
        name, what = found.groups()
        if what == "preupload":
            asked = [each["path"] for each in json.loads(body)["files"]]
            return 200, {"files": [{"path": each, "uploadMode": "regular", "shouldIgnore": False} for each in asked]}
        if what == "commit":
            for each in map(json.loads, body.splitlines()):
                if each["key"] == "file":
                    self.files[name][each["value"]["path"]] = base64.b64decode(each["value"]["content"])
            return 200, {"commitUrl": f"{self.address}/{name}/commit/1", "commitOid": "1" * 40, "success": True}
        return 200, [{"type": "file", "path": each, "oid": "1", "size": len(kept)} for each, kept in self.files[name].items()]

    def _create(self, asked: Any) -> tuple[int, Any]:
        name = f"{asked['organization']}/{asked['name']}"
        if asked["organization"] != "user":
            return 403, {"error": f"You don't have the rights to create a model under the namespace {name}"}
        if name in self.files:
            return 409, {"error": "You already created this model repo", "url": f"{self.address}/{name}"}
        self.files[name], self.visible[name] = {".gitattributes": b""}, asked.get("visibility", asked.get("private"))
        return 200, {"url": f"{self.address}/{name}"}


@contextmanager
def stand_in() -> Iterator[Hub]:
    """A hub at an address of this machine."""
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            known = self.headers.get("authorization") == f"Bearer {TOKEN}"
            refused = 401, {"error": "Invalid username or password."}
            status, found = hub.answer(self.command, self.path.partition("?")[0], body) if known else refused
            said = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *args: Any) -> None:
            """Silence."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        hub.address = f"http://127.0.0.1:{server.server_address[1]}"
        running = threading.Thread(target=server.serve_forever)
        running.start()
        try:
            yield hub
        finally:
            server.shutdown()
            running.join()
