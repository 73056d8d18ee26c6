"""What is asked of Alertmanager about channels: two questions per cycle, however many there are."""

import asyncio
from collections.abc import Mapping
from typing import Any

from bursar.compiler.notification_channel import ChannelFacts
from bursar.compiler.plan import Key
from bursar.engine.ports import Clock, Routes
from bursar.errors import Unavailable
from bursar.observer import notification_channel
from bursar.observer.route_books import (
    OUR_ALERTS,
    OUR_RECEIVERS,
    Configured,
    RouteBooks,
    count_alerts,
    read_configuration,
)
from bursar.observer.samples import Observed
from bursar.surveys.always_read import AlwaysRead


class ChannelObserver(AlwaysRead):
    """Implements engine.ports.Observer for NotificationChannels."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._text = ""
        self._configured = Configured()

    async def survey(self, routes: Routes, facts: Mapping[Key, ChannelFacts]) -> RouteBooks:
        """Read the running configuration and count the alerts of all channels; nothing when there is none."""
        if not facts:
            return RouteBooks(self._clock.now(), Configured())
        configured = await self._configuration(routes)
        alerts = await routes.alerts([OUR_ALERTS], receivers=OUR_RECEIVERS)
        return RouteBooks(self._clock.now(), configured, count_alerts(alerts))

    def observe(self, key: Key, resource: Any, facts: ChannelFacts, survey: Any, previous: Observed | None) -> Observed:
        """Read one channel out of the survey."""
        return notification_channel.observe_channel(facts, survey)

    def stale(self, _: Any, previous: Observed | None, failure: str) -> Observed:
        """Keep what was last seen."""
        return notification_channel.stale(previous, failure)

    def changed(self, previous: Observed, new: Observed) -> bool:
        """Tell whether the meaning changed."""
        return notification_channel.changed(previous, new)

    async def _configuration(self, routes: Routes) -> Configured:
        """Read it anew only where it has changed: with a thousand routes it is half a megabyte of YAML."""
        text = await routes.configuration()
        if text != self._text:
            try:
                self._configured = await asyncio.to_thread(read_configuration, text)
            except ValueError as error:
                raise Unavailable(str(error)) from error
            self._text = text
        return self._configured
