"""When the later steps of an alert begin and end, replayed by promtool."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bursar.domain.books import open_books
from bursar.domain.objective import Audience, BudgetAlert, ExhaustionAlert, Intervals, NoDataAlert, ObjectiveDefinition
from rules.escalations import MINUTE, STEPS, deep, depths, firing, groups, spans
from rules.objectives import SCRAPE, objective, traffic
from rules.promtool import OLDER, Expected, Phase, assert_alert, assert_replay, judged_by

DAY = timedelta(days=1)
QUIET, FULL = 0, 9


class TestAnAlert:
    def test_is_told_to_the_next_when_it_has_fired_for_their_time_and_no_longer_than_it_fires(
        self, tmp_path: Path
    ) -> None:
        series = depths((10, QUIET), (60, FULL), (10, QUIET))
        wanted = {1: (10, 70), 2: (25, 70), 3: (55, 70)}
        assert_replay(tmp_path, groups(deep()), series, spans(wanted, until=79))

    def test_is_told_in_the_same_minutes_by_an_older_prometheus(self, tmp_path: Path) -> None:
        series = depths((10, QUIET), (60, FULL), (10, QUIET))
        wanted = {1: (10, 70), 2: (25, 70), 3: (55, 70)}
        with judged_by(OLDER):
            assert_replay(tmp_path, groups(deep()), series, spans(wanted, until=79))

    def test_counts_from_firing_and_not_from_pending(self, tmp_path: Path) -> None:
        series = depths((10, QUIET), (60, FULL), (10, QUIET))
        wanted = {1: (15, 70), 2: (30, 70), 3: (60, 70)}
        assert_replay(tmp_path, groups(deep(pending=5 * MINUTE)), series, spans(wanted, until=79))

    def test_that_ends_an_evaluation_before_is_told_to_nobody_else(self, tmp_path: Path) -> None:
        series = depths((10, QUIET), (15, FULL), (30, QUIET))
        assert_replay(tmp_path, groups(deep()), series, spans({1: (10, 25), 2: ()}, until=54))

    def test_whose_cause_has_ended_is_not_escalated_while_it_is_kept(self, tmp_path: Path) -> None:
        series = depths((10, QUIET), (14, FULL), (60, QUIET))
        rules = groups(deep(keep_firing=30 * MINUTE))
        assert_replay(tmp_path, rules, series, spans({1: (10, 54), 2: ()}, until=83))

    def test_that_is_kept_keeps_its_steps_for_as_long_and_no_longer(self, tmp_path: Path) -> None:
        series = depths((10, QUIET), (20, FULL), (40, QUIET))
        rules = groups(deep(keep_firing=5 * MINUTE))
        assert_replay(tmp_path, rules, series, spans({1: (10, 35), 2: (25, 35)}, until=69))

    def test_says_the_same_as_the_first_and_for_how_long_nobody_acknowledged(self, tmp_path: Path) -> None:
        assert_alert(
            tmp_path,
            groups(deep(escalation=(15 * MINUTE,))),
            depths((30, FULL)),
            alert="Deep",
            at=14,
            labels=self.labels(1),
            annotations={"summary": "mail is at 9"},
        )
        series = depths((30, FULL))
        rules = groups(deep(escalation=(15 * MINUTE,)))
        rules[0]["rules"] = [rule for rule in rules[0]["rules"] if rule.get("labels", {}).get("bursar_step") != "1"]
        assert_alert(
            tmp_path,
            rules,
            series | {_recorded(self.labels(1)): "1x59"},
            alert="Deep",
            at=20,
            labels=self.labels(2),
            annotations={"summary": "Not acknowledged for 15m: mail is at 9"},
        )

    def labels(self, step: int) -> dict[str, str]:
        return {
            "queue": "mail",
            "namespace": "shop",
            "severity": "critical",
            "team": "payments",
            "bursar_incident": "AlertRule/deep",
            "bursar_step": str(step),
            "bursar_route": f"AlertRule/deep/critical/{step}",
        }


class TestSeveralAtOnce:
    def test_one_group_is_escalated_and_the_other_has_its_own_time(self, tmp_path: Path) -> None:
        mail, sms = ((10, QUIET), (20, FULL), (30, QUIET)), ((20, QUIET), (20, FULL), (20, QUIET))
        series = depths(*mail) | depths(*sms, queue="sms")
        expected = [
            *spans({1: (10, 30), 2: (25, 30)}, until=59, matchers=',queue="mail"'),
            *spans({1: (20, 40), 2: (35, 40)}, until=59, matchers=',queue="sms"'),
        ]
        assert_replay(tmp_path, groups(deep()), series, expected)

    def test_equal_names_in_two_namespaces_never_meet(self, tmp_path: Path) -> None:
        long, short = depths((10, QUIET), (20, FULL), (10, QUIET)), ((10, QUIET), (9, FULL), (5, QUIET), (9, FULL))
        series = long | depths(*short, namespace="shop-eu")
        expected = [
            *spans({2: (25, 30)}, until=39, matchers=',namespace="shop"'),
            *spans({2: ()}, until=39, matchers=',namespace="shop-eu"'),
        ]
        assert_replay(tmp_path, groups(deep(), deep(namespace="shop-eu")), series, expected)

    def test_another_severity_of_the_same_incident_has_its_own_time(self, tmp_path: Path) -> None:
        slow = replace(deep(pending=20 * MINUTE), audience=Audience("low", escalation=STEPS))
        expected = [
            *spans({1: (10, 60), 2: (25, 60)}, until=69, matchers=',severity="critical"'),
            *spans({1: (30, 60), 2: (45, 60)}, until=69, matchers=',severity="low"'),
        ]
        series = depths((10, QUIET), (50, FULL), (10, QUIET))
        assert_replay(tmp_path, groups(deep(), slow), series, expected)


class TestInterruptions:
    def test_of_a_moment_delay_an_escalation_by_no_more_than_they_last(self, tmp_path: Path) -> None:
        flickering = ((5, FULL), (1, QUIET)) * 3
        series = depths((10, QUIET), *flickering, (10, FULL), (10, QUIET))
        assert_replay(tmp_path, groups(deep()), series, [Expected(firing(2), 27, None), Expected(firing(2), 28, 1)])

    @pytest.mark.parametrize("pending", [0, 5])
    def test_of_a_moment_count_no_more_for_what_must_be_pending_again(self, tmp_path: Path, pending: int) -> None:
        series = depths((10, FULL), (1, QUIET), (30, FULL))
        expected = [Expected(firing(2), 15 + pending + pending, None), Expected(firing(2), 16 + pending + pending, 1)]
        assert_replay(tmp_path, groups(deep(pending=pending * MINUTE)), series, expected)

    def test_of_a_tenth_of_a_long_time_delay_an_escalation_by_no_more_than_they_last(self, tmp_path: Path) -> None:
        series = depths((60, FULL), (10, QUIET), (80, FULL), (10, QUIET))
        rules = groups(deep(escalation=(120 * MINUTE,)))
        assert_replay(tmp_path, rules, series, spans({2: (130, 150)}, until=159))

    def test_end_every_step_until_the_first_fires_again(self, tmp_path: Path) -> None:
        series = depths((25, FULL), (1, QUIET), (14, FULL), (10, QUIET))
        expected = [Expected(firing(2), minute, fires) for minute, fires in ((24, 1), (25, None), (30, None), (31, 1))]
        assert_replay(tmp_path, groups(deep(pending=5 * MINUTE)), series, expected)

    def test_of_ten_minutes_begin_a_new_count(self, tmp_path: Path) -> None:
        series = depths((10, FULL), (10, QUIET), (30, FULL), (10, QUIET))
        assert_replay(tmp_path, groups(deep()), series, spans({2: (35, 50)}, until=59))

    def test_by_a_restart_of_prometheus_do_not_take_an_escalation_back(self, tmp_path: Path) -> None:
        down = depths((60, FULL)) | {_recorded(TestAnAlert().labels(1)): _absent_for(3, since=25, until=59)}
        expected = [*(Expected(firing(2), minute, 1) for minute in (15, 24, 28, 40, 59)), Expected(firing(3), 48, 1)]
        assert_replay(tmp_path, _later_steps_only(), down, expected)

    def test_by_a_restart_of_prometheus_delay_one_by_as_long(self, tmp_path: Path) -> None:
        down = depths((60, FULL)) | {_recorded(TestAnAlert().labels(1)): _absent_for(3, since=5, until=59)}
        assert_replay(tmp_path, _later_steps_only(), down, [Expected(firing(2), 17, None), Expected(firing(2), 18, 1)])


def _recorded(labels: Mapping[str, str]) -> str:
    """The series that Prometheus has of an alert that fires, as input."""
    written = ",".join(f'{name}="{value}"' for name, value in labels.items())
    return f'ALERTS{{alertname="Deep",alertstate="firing",{written}}}'


def _absent_for(minutes: int, *, since: int, until: int) -> str:
    """An alert that fires once a minute, but for some minutes in which nobody evaluates it."""
    return " ".join("_ _" if since <= minute < since + minutes else "1 _" for minute in range(until + 1))


def _later_steps_only() -> list[dict[str, Any]]:
    """What follows the first step, which is given as input."""
    (group,) = groups(deep())
    later = [rule for rule in group["rules"] if rule.get("labels", {}).get("bursar_step", "1") != "1"]
    return [{**group, "rules": later}]


class TestAlertsOfAnObjective:
    """Step 2 comes after 15 m, for each alert in its own way."""

    AFTER = Audience("high", escalation=(15 * MINUTE,))

    def test_a_page_outlives_a_short_outage_but_is_not_escalated_after_it(self, tmp_path: Path) -> None:
        series = traffic([Phase(420), Phase(8, errors=1), Phase(60)])
        self.replay(tmp_path, self.defined(page=self.AFTER), series, [_at(455, 1, PAGE), *_never(2, 487)])

    def test_a_page_is_escalated_while_it_burns_and_until_it_ends(self, tmp_path: Path) -> None:
        series = traffic([Phase(420), Phase(30, errors=1), Phase(90)])
        expected = spans({1: (421, 485), 2: (436, 485)}, until=539, matchers=PAGE)
        self.replay(tmp_path, self.defined(page=self.AFTER), series, expected)

    def test_a_page_is_escalated_while_nobody_can_see_whether_it_burns(self, tmp_path: Path) -> None:
        series = traffic([Phase(420), Phase(10, errors=1), Phase(60, lost=True)])
        expected = [_at(435, 2, PAGE, None), _at(437, 2, PAGE), _at(489, 2, PAGE)]
        self.replay(tmp_path, self.defined(page=self.AFTER), series, expected)

    def test_a_page_for_what_may_be_absent_is_not_escalated_once_that_is_gone(self, tmp_path: Path) -> None:
        series = traffic([Phase(420), Phase(10, errors=1), Phase(60, lost=True)])
        definition = replace(self.defined(page=self.AFTER), hold_page=False)
        self.replay(tmp_path, definition, series, [_at(440, 1, PAGE), *_never(2, 489)])

    def test_one_group_of_an_objective_is_escalated_and_not_the_other(self, tmp_path: Path) -> None:
        definition = replace(objective(group_by=("region",)), page=self.AFTER, ticket=None)
        burning, brief = [Phase(420), Phase(40, errors=1)], [Phase(420), Phase(8, errors=1), Phase(32)]
        series = traffic(burning, ',region="eu"') | traffic(brief, ',region="us"')
        expected = [_at(459, 1, f'{PAGE},bursar_group="us"'), _at(459, 2, f'{PAGE},bursar_group="eu"')]
        never = _never(2, 459, f'{PAGE},bursar_group="us"')
        self.replay(tmp_path, definition, series, [*expected, *never])

    def test_a_ticket_outlives_an_outage_by_hours_but_is_not_escalated_after_it(self, tmp_path: Path) -> None:
        series = traffic([Phase(780), Phase(10, errors=1), Phase(60)])
        self.replay(tmp_path, self.defined(ticket=self.AFTER), series, [_at(840, 1, TICKET), *_never(2, 849)])

    def test_a_ticket_is_escalated_while_it_burns(self, tmp_path: Path) -> None:
        series = traffic([Phase(780), Phase(120, errors=0.05)])
        expected = [Expected(f"({begun(2, TICKET)}) - ({begun(1, TICKET)})", 899, 15.0)]
        self.replay(tmp_path, self.defined(ticket=self.AFTER), series, expected)

    def test_page_and_ticket_of_one_incident_have_their_own_times(self, tmp_path: Path) -> None:
        quick, slow = Audience("critical", escalation=(5 * MINUTE,)), Audience("critical", escalation=(20 * MINUTE,))
        series = traffic([Phase(780), Phase(60, errors=1)])
        expected = [
            Expected(f"({begun(2, PAGE)}) - ({begun(1, PAGE)})", 839, 5.0),
            Expected(f"({begun(2, TICKET)}) - ({begun(1, TICKET)})", 839, 20.0),
        ]
        self.replay(tmp_path, self.defined(page=quick, ticket=slow), series, expected)

    def test_a_low_budget_is_escalated_at_each_level_by_itself(self, tmp_path: Path) -> None:
        levels = tuple(BudgetAlert(Decimal(below), self.AFTER) for below in (25, 0))
        definition = replace(objective(target="99", window=DAY), page=None, ticket=None, budget_alerts=levels)
        series = traffic([Phase(30), Phase(12, errors=1), Phase(40), Phase(10, errors=1), Phase(30)])
        expected = [
            *(Expected(f"({begun(2, LOW % below)}) - ({begun(1, LOW % below)})", 119, 15.0) for below in (25, 0)),
            _at(75, 2, LOW % 25),
            *_never(2, 75, LOW % 0),
        ]
        self.replay(tmp_path, definition, series, expected)

    def test_an_exhaustion_is_escalated_while_it_lasts(self, tmp_path: Path) -> None:
        soon = ExhaustionAlert(timedelta(days=3), self.AFTER)
        definition = replace(objective(slow=MINUTE), page=None, ticket=None, exhaustion=soon)
        series = traffic([Phase(240, errors=0.012), Phase(80)])
        matchers = ',alertname="ErrorBudgetExhaustion"'
        expected = [
            Expected(f"({begun(2, matchers)}) - ({begun(1, matchers)})", 239, 15.0),
            Expected(f"({firing(1, matchers)}) - ({firing(2, matchers)})", 290, 0),
            Expected(firing(2, matchers), 310, None),
        ]
        self.replay(tmp_path, definition, series, expected)

    def test_lost_data_is_escalated_until_it_is_back(self, tmp_path: Path) -> None:
        definition = replace(self.defined(), no_data=NoDataAlert(10 * MINUTE, self.AFTER))
        series = traffic([Phase(30), Phase(60, lost=True), Phase(30)])
        matchers = ',alertname="ErrorBudgetNoData"'
        expected = [
            Expected(f"({begun(2, matchers)}) - ({begun(1, matchers)})", 89, 15.0),
            Expected(f"({ended(2, matchers)}) - ({ended(1, matchers)})", 119, 0),
        ]
        self.replay(tmp_path, definition, series, expected)

    def test_rarer_evaluations_are_counted_as_the_time_that_they_take(self, tmp_path: Path) -> None:
        seldom = timedelta(minutes=4)
        usual = objective(target="99", window=DAY)
        intervals = Intervals.derive(window=DAY, scrape=SCRAPE, fast=seldom, slow=seldom)
        low = (BudgetAlert(Decimal(0), Audience("high", escalation=(20 * MINUTE,))),)
        definition = replace(usual, intervals=intervals, page=None, ticket=None, budget_alerts=low)
        series = traffic([Phase(60, errors=1), Phase(60)])
        expected = [Expected(f"({begun(2, '', seldom)}) - ({begun(1, '', seldom)})", 116, 20.0)]
        self.replay(tmp_path, definition, series, expected, evaluation="4m")

    def defined(self, *, page: Audience | None = None, ticket: Audience | None = None) -> ObjectiveDefinition:
        return replace(objective(), page=page, ticket=ticket)

    def replay(
        self, directory: Path, definition: ObjectiveDefinition, series: Mapping[str, str], expected: Any, **chosen: str
    ) -> None:
        rules = [group.as_data() for group in open_books(definition).groups]
        assert_replay(directory, rules, series, expected, **chosen)


PAGE, TICKET = ',alertname="ErrorBudgetBurnPage"', ',alertname="ErrorBudgetBurnTicket"'
LOW = ',bursar_remaining_below="%d"'


def begun(step: int, matchers: str, pace: timedelta = MINUTE) -> str:
    """The first minute in which a step fires."""
    return _minutes("min", step, matchers, pace)


def ended(step: int, matchers: str) -> str:
    """The last minute in which a step fires."""
    return _minutes("max", step, matchers, MINUTE)


def _minutes(function: str, step: int, matchers: str, pace: timedelta) -> str:
    seconds = int(pace.total_seconds())
    return f"{function}_over_time(({firing(step, matchers)} * 0 + time() / 60)[1d:{seconds}s])"


def _at(minute: int, step: int, matchers: str, alerts: int | None = 1) -> Expected:
    return Expected(firing(step, matchers), minute, alerts)


def _never(step: int, until: int, matchers: str = "") -> list[Expected]:
    return list(spans({step: ()}, until=until, matchers=matchers))
