"""The alerts of an objective: what each says, and whom it tells."""

from collections.abc import Iterator
from dataclasses import dataclass

from bursar.api.alerting import Alerting, WhenAbsent
from bursar.api.sla import Objective
from bursar.compiler.routed import escalation
from bursar.conventions import Severity
from bursar.domain.books import Books
from bursar.domain.notify import Notice
from bursar.domain.objective import Audience, BudgetAlert, ExhaustionAlert, NoDataAlert, ObjectiveDefinition


@dataclass(frozen=True, slots=True)
class ObjectiveAlerts:
    """What an SLA asks for, as it concerns one of its objectives; `notices` is the list that counts for it."""

    alerting: Alerting
    objective: Objective
    notices: tuple[Notice, ...]

    @property
    def page(self) -> Audience | None:
        """Whom a fast burn tells, None when nobody shall be paged."""
        return self._audience(self.alerting.page.severity) if self.alerting.page.enabled else None

    @property
    def ticket(self) -> Audience | None:
        """Whom a slow burn tells, None when there shall be no tickets."""
        return self._audience(self.alerting.ticket.severity) if self.alerting.ticket.enabled else None

    @property
    def budget(self) -> tuple[BudgetAlert, ...]:
        """The alerts on a budget that is low."""
        return tuple(
            BudgetAlert(alert.remaining_below, self._audience(alert.severity)) for alert in self.alerting.budget
        )

    @property
    def exhaustion(self) -> ExhaustionAlert | None:
        """The alert on a budget that will not last."""
        wanted = self.alerting.exhaustion
        return None if wanted is None else ExhaustionAlert(wanted.within, self._audience(wanted.severity))

    @property
    def no_data(self) -> NoDataAlert | None:
        """The alert on missing data, None where data may be missing."""
        wanted = self.alerting.no_data
        if wanted.when_absent is WhenAbsent.OK:
            return None
        return NoDataAlert(wanted.for_, self._audience(wanted.severity))

    def _audience(self, severity: Severity) -> Audience:
        return Audience(
            severity.value,
            {**self.alerting.labels, **self.objective.labels},
            {**self.alerting.annotations, **self.objective.annotations},
            escalation(self.notices, severity),
        )


def severities(definition: ObjectiveDefinition, books: Books) -> Iterator[str]:
    """Name the severity of every alert that an objective really has."""
    if definition.page and books.tiers.page:
        yield definition.page.severity
    if definition.ticket and books.tiers.ticket:
        yield definition.ticket.severity
    for alert in (*definition.budget_alerts, definition.exhaustion, definition.no_data):
        if alert is not None:
            yield alert.alert.severity
