"""The servers that the settings name."""

import aiohttp

from bursar.edge.alertmanager import AlertmanagerServer
from bursar.edge.prometheus import PrometheusServer
from bursar.engine.ports import Sources
from bursar.settings import Settings


def configured_sources(settings: Settings, session: aiohttp.ClientSession) -> Sources:
    """Make a client for each of them; what is not named is None."""
    return Sources(
        prometheus=_prometheus(settings, session) if settings.prometheus_url else None,
        alertmanager=alertmanager_of(settings, session) if settings.alertmanager_url else None,
    )


def _prometheus(settings: Settings, session: aiohttp.ClientSession) -> PrometheusServer:
    return PrometheusServer(
        session,
        settings.prometheus_url,
        timeout_seconds=settings.prometheus_timeout.total_seconds(),
        headers=settings.prometheus_headers,
    )


def alertmanager_of(settings: Settings, session: aiohttp.ClientSession) -> AlertmanagerServer:
    """Make a client for the Alertmanager that settings name."""
    return AlertmanagerServer(
        session,
        settings.alertmanager_url,
        timeout_seconds=settings.alertmanager_timeout.total_seconds(),
        headers=settings.alertmanager_headers,
    )
