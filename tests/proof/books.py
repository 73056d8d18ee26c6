"""The books of a case: its objectives, compiled as the product compiles them, and when their rules are evaluated."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Final

from bursar.conventions import (
    BUDGET_REMAINING,
    COVERAGE_RATIO,
    PERIOD_BAD_EVENTS,
    PERIOD_TOTAL_EVENTS,
    SLI_ERROR_RATIO_PERIOD,
    SLICE_GOOD,
)
from bursar.domain.books import open_books
from bursar.domain.objective import Identity, Intervals, ObjectiveDefinition
from bursar.domain.rules import Recording, RuleGroup

from .case import REGION
from .indicators import Indicator, Seen
from .replay import Job, needed
from .traffic import World
from .world import Stretch

RESULTS: Final = (
    PERIOD_TOTAL_EVENTS,
    PERIOD_BAD_EVENTS,
    COVERAGE_RATIO,
    SLI_ERROR_RATIO_PERIOD,
    BUDGET_REMAINING,
)
"""What is read in the end. Nothing reads the past of these, so they are evaluated at the last instant only."""

EVALUATED_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Objective:
    """One indicator of one world, promised."""

    world: World
    indicator: Indicator
    time: Stretch

    @property
    def definition(self) -> ObjectiveDefinition:
        """The objective as the compiler would hand it to the domain."""
        case = self.world.case
        identity = Identity("proof", case.name, self.indicator.name)
        return ObjectiveDefinition(
            identity=identity,
            target=case.target,
            window=case.window,
            events=self.indicator.source(case, identity),
            intervals=Intervals.derive(window=case.window, scrape=case.scrape, fast=EVALUATED_EVERY, slow=None),
            group_by=case.group_by,
        )

    @property
    def window(self) -> Stretch:
        """The window whose budget is looked at: it ends with the last evaluation of the period's sums."""
        (slow,) = [group for group in open_books(self.definition).groups if PERIOD_TOTAL_EVENTS in metrics(group)]
        end = self._instants(slow)[-1]
        return Stretch(end - ms(self.definition.window), end)

    def groups(self) -> Iterator[tuple[str, Seen]]:
        """Return each group and what there was of it."""
        longest_gap = ms(self.definition.base_window)
        slicing = self._slicing()
        for group in self.world.case.groups:
            instances = [each for each in self.world.instances if each.labels.get(REGION, "") == group]
            yield group, Seen(instances, self.window, longest_gap, slicing)

    def jobs(self) -> Iterator[Job]:
        """Return all rules that the budget and its coverage depend on."""
        groups = open_books(self.definition).groups
        recordings = [rule for group in groups for rule in group.rules if isinstance(rule, Recording)]
        wanted = {rule.metric for rule in needed(recordings, RESULTS)}
        end = self.window.end
        for group in groups:
            instants = self._instants(group)
            last = end + (instants.start - end) % instants.step
            for rule in group.rules:
                if isinstance(rule, Recording) and rule.metric in wanted:
                    at_last = [range(last, last + 1)]
                    yield Job(rule, at_last if rule.metric in RESULTS else self._uninterrupted(instants))

    def _slicing(self) -> list[range]:
        groups = [group for group in open_books(self.definition).groups if SLICE_GOOD in metrics(group)]
        return [span for group in groups for span in self._uninterrupted(self._instants(group))]

    def _instants(self, group: RuleGroup) -> range:
        """Return when a group is evaluated: Prometheus spreads groups over their interval by a hash."""
        interval = ms(group.interval)
        phase = Random(f"{self.world.case.name} {group.name}").randrange(interval)
        return range(self.time.start // interval * interval + phase, self.time.end, interval)

    def _uninterrupted(self, instants: range) -> list[range]:
        """Leave out what would have been evaluated while Prometheus was down."""
        stretches, start = [], instants.start
        for outage in self.world.outages:
            stretches.append(range(start, outage.start, instants.step))
            start += max(0, -(-(outage.end - start) // instants.step)) * instants.step
        return [stretch for stretch in (*stretches, range(start, instants.stop, instants.step)) if stretch]


def metrics(group: RuleGroup) -> set[str]:
    """Return what a group records."""
    return {rule.metric for rule in group.rules if isinstance(rule, Recording)}


def ms(length: timedelta) -> int:
    """Return a length in milliseconds."""
    return length // timedelta(milliseconds=1)
