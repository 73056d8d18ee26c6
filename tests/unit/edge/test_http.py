from aiohttp.test_utils import TestClient, TestServer

from bursar.edge.http import web_application


async def test_health_tells_what_is_wrong_and_the_probes_follow_it() -> None:
    problems = {"eventLoop": "", "caches": "not in sync"}
    application = web_application(
        live={"eventLoop": lambda: problems["eventLoop"]},
        ready={"caches": lambda: problems["caches"]},
        detail=lambda: {"resources": 3},
    )
    async with TestClient(TestServer(application)) as client:
        for path, status, text in (
            ("/livez", 200, "ok"),
            ("/health/live", 200, "ok"),
            ("/readyz", 503, "caches: not in sync"),
            ("/health/ready", 503, "caches: not in sync"),
        ):
            response = await client.get(path)
            assert (response.status, await response.text()) == (status, text)
        health = await client.get("/health")
        assert health.status == 503
        assert await health.json() == {"status": "failing", "checks": problems, "resources": 3}
        problems["caches"] = ""
        assert (await client.get("/readyz")).status == 200
        assert (await (await client.get("/health")).json())["status"] == "ok"
        problems["eventLoop"] = "stuck"
        assert (await client.get("/livez")).status == 503


async def test_the_operators_own_metrics_are_there() -> None:
    application = web_application(live={}, ready={}, detail=dict)
    async with TestClient(TestServer(application)) as client:
        text = await (await client.get("/metrics")).text()
    for name in ("bursar_reconciles_total", "bursar_queue_depth", "bursar_writes_total", "bursar_errors_total"):
        assert f"# HELP {name.removesuffix('_total')}" in text
