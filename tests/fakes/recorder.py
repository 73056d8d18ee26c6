"""Stands in for every service that messages go to: takes what Alertmanager sends, and answers as the service would."""

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any, Self

from sandbox.process import LOOPBACK, wait_until

TELEGRAM_SENT = {"ok": True, "result": {"message_id": 1, "date": 0, "chat": {"id": 1, "type": "group"}}}
"""Telegram's answer; the other services accept any answer, and Slack wants the word ok."""


@dataclass(frozen=True)
class Delivered:
    """What has come: the path says for which service, the headers are those of the request."""

    path: str
    headers: dict[str, str]
    content: Any
    raw: str

    @property
    def service(self) -> str:
        return self.path.split("/")[1]

    @property
    def text(self) -> str:
        return json.dumps(self.content, ensure_ascii=False)


class Recorder:
    """Listens on the loopback interface, for HTTP with a service's name as first part of the path, and for SMTP."""

    def __init__(self) -> None:
        self._delivered: list[Delivered] = []
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer((LOOPBACK, 0), _http_handler(self._take))
        self._smtp = ThreadingTCPServer((LOOPBACK, 0), _smtp_handler(self._take))
        self._servers = (self._http, self._smtp)
        for server in self._servers:
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._http.server_address[1]}"

    @property
    def smarthost(self) -> str:
        return f"{LOOPBACK}:{self._smtp.server_address[1]}"

    @property
    def delivered(self) -> tuple[Delivered, ...]:
        with self._lock:
            return tuple(self._delivered)

    def last(self, service: str, wanted: Callable[[Delivered], bool], *, since: int = 0, seconds: float) -> Delivered:
        """Return the last wanted one for a service, after the first `since`; raises SandboxError at the deadline."""

        def found() -> list[Delivered]:
            return [each for each in self.delivered[since:] if each.service == service and wanted(each)]

        wait_until(lambda: bool(found()), seconds=seconds, what=f"a wanted message for {service} has come")
        return found()[-1]

    def _take(self, delivered: Delivered) -> None:
        with self._lock:
            self._delivered.append(delivered)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()


def _http_handler(take: Callable[[Delivered], None]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            delivered = Delivered(self.path, dict(self.headers), json.loads(body), body.decode())
            take(delivered)
            self.send_response(200)
            self.send_header("Content-Type", "application/json" if delivered.service == "telegram" else "text/plain")
            self.end_headers()
            self.wfile.write(json.dumps(TELEGRAM_SENT).encode() if delivered.service == "telegram" else b"ok")

        def log_message(self, format: str, *_: object) -> None:
            """Stay silent."""

    return Handler


def _smtp_handler(take: Callable[[Delivered], None]) -> type[StreamRequestHandler]:
    """Speak as much SMTP as it takes to be given a mail: https://datatracker.ietf.org/doc/html/rfc5321#appendix-D.1."""

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 recorder\r\n")
            for line in iter(self.rfile.readline, b""):
                verb = line.strip().upper()
                if verb == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    take(_mail(b"".join(iter(self.rfile.readline, b".\r\n"))))
                self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
                if verb == b"QUIT":
                    return

    return Handler


def _mail(raw: bytes) -> Delivered:
    raw = re.sub(rb"(?m)^\.\.", b".", raw)
    mail = message_from_bytes(raw, policy=policy.default)
    parts = {part.get_content_type(): part.get_content().replace("\r\n", "\n") for part in mail.iter_parts()}
    headers = {name: str(mail[name]) for name in ("From", "To", "Subject")}
    return Delivered("/email", {}, {**headers, **parts}, raw.decode())
