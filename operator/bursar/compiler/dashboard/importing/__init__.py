"""Dashboards that Grafana 8 to 13 has exported, made ready to be published by Bursar.

`document` finds the dashboard in what was exported and takes off what belongs to the Grafana that it came from;
`datasources` makes it read whatever data source its viewers choose; `panels` numbers panels and judges their plugins.
"""

from bursar.compiler.dashboard.importing.document import Imported, imported

__all__ = ["Imported", "imported"]
