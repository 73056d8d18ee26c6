"""Which alerts can fire and which cannot, in the words that a user reads."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bursar.api.sla import SLA
from bursar.compiler.facts import ObjectiveFacts
from bursar.conventions import Reason
from bursar.domain.tiers import Sampling, TierKind, TierOverride, derive_tiers
from bursar.observer.sla_reach import tiers_reachable
from bursar.observer.sla_readings import read
from fakes.sla_books import HEALTHY, IDENTITY, MONTH, SAMPLING, Series, books, facts, recorded, sla

Verdict = tuple[str, str, str]
REACHABLE: Verdict = ("True", Reason.REACHABLE, "every kind of alert can fire")
WHERE = "spec.objectives[availability]"
PAGE_FASTER = TierOverride(TierKind.PAGE, Decimal(10), timedelta(hours=1))


def reach(known: ObjectiveFacts, *groups: tuple[Series, ...], given: SLA | None = None) -> Verdict:
    reading = read(known, IDENTITY, books(*groups or (recorded(),)))
    condition = tiers_reachable(given or sla(), [reading])
    return condition.status, condition.reason, condition.message


def scraped_every(interval: timedelta) -> ObjectiveFacts:
    sampling = Sampling(scrape=interval, evaluation=SAMPLING.evaluation)
    tiers = derive_tiers(target=Decimal("99.9"), window=MONTH, sampling=sampling)
    return replace(facts(), tiers=tiers, pages=bool(tiers.page), tickets=bool(tiers.ticket))


def low(allowed: float, **alerting: Any) -> Verdict:
    return reach(facts(), recorded({**HEALTHY, "low": allowed}), given=sla(**alerting))


def test_alerts_that_can_fire_are_reachable() -> None:
    assert reach(facts()) == REACHABLE


class TestNoPage:
    def test_names_every_tier_and_the_smallest_outage_that_is_noticed(self) -> None:
        assert reach(scraped_every(timedelta(hours=2))) == (
            "False",
            Reason.NO_PAGE,
            f"{WHERE}: no page can fire: "
            "1h/8h: its long window 1h is not above 8h, the shortest window that the scrape and evaluation intervals "
            "allow; make them shorter, "
            "6h/8h: its long window 6h is not above 8h, the shortest window that the scrape and evaluation intervals "
            "allow; make them shorter; the smallest outage that is noticed lasts 2h",
        )

    def test_is_not_missed_where_pages_are_switched_off(self) -> None:
        assert reach(scraped_every(timedelta(hours=2)), given=sla(page=False)) == REACHABLE


def test_a_ticket_that_was_asked_for_and_cannot_fire_is_explained() -> None:
    known = scraped_every(timedelta(days=1))
    status, reason, message = reach(known, given=sla(page=False))
    assert (status, reason) == ("False", Reason.TIER_DROPPED)
    assert message.startswith(f"{WHERE}: no ticket can fire: 1d/4d: its long window 1d is not above 4d, ")
    assert reach(known, given=sla(page=False, ticket=False)) == REACHABLE


class TestTiersOfTheUser:
    def reach(self, *overrides: TierOverride, **alerting: Any) -> Verdict:
        tiers = [{"kind": each.kind.value, "factor": float(each.factor), "long": each.long} for each in overrides]
        return reach(facts(overrides=overrides), given=sla(tiers=tiers, **alerting))

    def test_that_are_kept_are_reachable(self) -> None:
        assert self.reach(PAGE_FASTER) == REACHABLE

    def test_that_are_dropped_beside_others_are_named(self) -> None:
        beyond = TierOverride(TierKind.PAGE, Decimal(2000), timedelta(minutes=30))
        assert self.reach(PAGE_FASTER, beyond) == (
            "False",
            Reason.TIER_DROPPED,
            f"spec.alerting.tiers, for {WHERE}: 30m/2m30s: not even a total outage burns 2000 times the budget; "
            "use a smaller factor",
        )
        assert self.reach(PAGE_FASTER, beyond, page=False) == REACHABLE

    def test_that_are_all_dropped_leave_no_page(self) -> None:
        status, reason, message = self.reach(TierOverride(TierKind.PAGE, Decimal(1), MONTH))
        assert (status, reason) == ("False", Reason.NO_PAGE)
        assert message == (
            f"{WHERE}: no page can fire: 30d/2d12h: the whole budget would be gone before 30d/2d12h fires; "
            "the smallest outage that is noticed lasts 4m19s"
        )

    def test_explain_only_their_own_kind(self) -> None:
        chosen = [{"kind": "ticket", "factor": 1, "long": "3d"}]
        assert reach(facts(target="80"), given=sla(tiers=chosen)) == REACHABLE


class TestLowTraffic:
    @pytest.mark.parametrize("allowed", [10.0, 49.0, 75.0])
    def test_leaves_tickets_alone(self, allowed: float) -> None:
        assert low(allowed) == (
            "False",
            Reason.LOW_TRAFFIC,
            f"{WHERE}: at this traffic about {allowed:.0f} bad events are allowed in 30d, and below 50 no page fires, "
            "only tickets; lengthen the window, lower the target, divide less, measure by a probe or timeslices, or "
            "set spec.alerting.lowTraffic to ignore",
        )

    def test_so_low_that_nothing_fires_says_so(self) -> None:
        message = low(9.4)[2]
        assert "about 9 bad events are allowed in 30d, and below 10 no burn alert fires; " in message

    def test_is_told_to_those_who_want_what_is_silent(self) -> None:
        assert low(30.0, ticket=False)[1] == Reason.LOW_TRAFFIC
        assert low(30.0, page=False) == REACHABLE
        assert low(9.0, page=False)[1] == Reason.LOW_TRAFFIC
        assert low(9.0, page=False, ticket=False) == REACHABLE

    def test_of_the_quietest_group_counts(self) -> None:
        lows: Mapping[str, float] = {"eu": 40.0, "us": 7.0}
        groups = [recorded({**HEALTHY, "low": allowed}, region=region) for region, allowed in lows.items()]
        assert "about 7 bad events" in reach(facts(group_by=("region",)), recorded(region="ap"), *groups)[2]


class TestTooCoarse:
    def test_says_what_one_evaluation_costs(self) -> None:
        assert reach(facts(target="99.99")) == (
            "False",
            Reason.TOO_COARSE,
            f"{WHERE}: the whole budget is 4m19s of total outage, fewer than 10 evaluations of 1m: the smallest outage "
            "that is noticed lasts 1m, 23% of the budget; shorten the operator's fastInterval and the scrape "
            "interval, or lower the target",
        )

    def test_matters_only_to_pages(self) -> None:
        assert reach(facts(target="99.99"), given=sla(page=False)) == REACHABLE
