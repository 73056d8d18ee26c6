"""Health for the kubelet and for people, and the operator's own metrics."""

from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bursar.engine.telemetry import REGISTRY

Check = Callable[[], str]
"""Returns what is wrong, or an empty string."""


def web_application(
    *, live: Mapping[str, Check], ready: Mapping[str, Check], detail: Callable[[], Mapping[str, Any]]
) -> web.Application:
    """Serve /health, /health/live, /health/ready, /livez, /readyz and /metrics.

    `live` fails only for what a restart cures; `ready` also for what is still starting. `detail` goes into /health.
    """

    async def health(_: web.Request) -> web.Response:
        results = _results({**live, **ready})
        body = {"status": "ok" if not any(results.values()) else "failing", "checks": results, **detail()}
        return web.json_response(body, status=200 if not any(results.values()) else 503)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})

    application = web.Application()
    application.router.add_get("/health", health)
    application.router.add_get("/metrics", metrics)
    for path, checks in (
        ("/health/live", live),
        ("/livez", live),
        ("/health/ready", ready),
        ("/readyz", ready),
    ):
        application.router.add_get(path, _probe(checks))
    return application


def _probe(checks: Mapping[str, Check]) -> Callable[[web.Request], Any]:
    async def answer(_: web.Request) -> web.Response:
        failing = {name: problem for name, problem in _results(checks).items() if problem}
        text = "ok" if not failing else "\n".join(f"{name}: {problem}" for name, problem in failing.items())
        return web.Response(text=text, status=503 if failing else 200)

    return answer


def _results(checks: Mapping[str, Check]) -> dict[str, str]:
    return {name: check() for name, check in checks.items()}
