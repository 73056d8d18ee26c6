"""A webhook receiver that remembers what Alertmanager has delivered."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sandbox.process import LOOPBACK, wait_until


@dataclass(frozen=True, slots=True)
class Message:
    """One delivered alert: of a notification with several, each is a message of its own."""

    receiver: str
    status: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


class Receiver:
    """Listens on the loopback interface and takes notifications in Alertmanager's webhook format, on any path."""

    def __init__(self) -> None:
        self._messages: list[Message] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer((LOOPBACK, 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="receiver", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where to send to."""
        return f"http://{LOOPBACK}:{self._server.server_address[1]}/"

    @property
    def messages(self) -> tuple[Message, ...]:
        """Everything received so far, oldest first."""
        with self._lock:
            return tuple(self._messages)

    def wait_for(self, wanted: Callable[[Message], bool], *, seconds: float) -> Message:
        """Return the first message that is wanted; raises SandboxError when none has come by the deadline."""
        wait_until(lambda: any(map(wanted, self.messages)), seconds=seconds, what="the wanted message has come")
        return next(filter(wanted, self.messages))

    def stop(self) -> None:
        """End the server and its thread."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _take(self, notification: Mapping[str, Any]) -> None:
        messages = [
            Message(notification["receiver"], alert["status"], alert["labels"], alert["annotations"])
            for alert in notification["alerts"]
        ]
        with self._lock:
            self._messages += messages

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        take = self._take

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                take(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *_: object) -> None:
                """Stay silent."""

        return Handler
