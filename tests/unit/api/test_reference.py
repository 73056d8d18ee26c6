from bursar.api.crd import generated_files

REFERENCE = next(text for path, text in generated_files().items() if path.name == "reference.md")


def row(path: str) -> str:
    return next(line for line in REFERENCE.splitlines() if line.startswith(f"| `{path}"))


def test_every_kind_has_its_spec_and_its_status() -> None:
    headings = [line for line in REFERENCE.splitlines() if line.startswith("#")]
    assert headings == [
        "# Field reference",
        "## MonitoringTarget",
        "### spec",
        "### status",
        "## SLA",
        "### spec",
        "### status",
        "## AlertRule",
        "### spec",
        "### status",
        "## NotificationChannel",
        "### spec",
        "### status",
    ]


def test_required_fields_are_marked_and_lists_show_their_items() -> None:
    assert row("spec.objectives[].target").startswith("| `spec.objectives[].target*` | number | Percentage")
    assert row("spec.objectives*").startswith("| `spec.objectives*` | list of object |")


def test_rules_stand_beside_the_meaning() -> None:
    assert "Rules: set exactly one of availability, ratio, latency, expression, gauge, timeslice." in row(
        "spec.objectives[].indicator*"
    )
    assert "leaves no error budget" in row("spec.objectives[].target")


def test_types_are_those_of_the_schema() -> None:
    assert "| integer or string |" in row("spec.scrape.service.endpoints[].targetPort")
    assert "| map of list of string |" in row("spec.scrape.service.endpoints[].params")
    assert "| `http` \\| `https` |" in row("spec.scrape.static.scheme")
