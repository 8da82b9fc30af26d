"""PagerDuty's CSV of incidents, from reports, Insights or the analytics API."""

from __future__ import annotations

from collectors.imports.formats import Format

FORMAT = Format(
    "incidents",
    "pagerduty",
    {
        "key": ("id", "incident_id", "incident_number"),
        "number": ("incident_number",),
        "title": ("title", "description", "summary"),
        "url": ("html_url", "url"),
        "service": ("service_name", "service"),
        "severity": ("priority_name", "priority", "severity", "urgency"),
        "opened_at": ("created_on", "created_at"),
        "resolved_at": ("resolved_on", "resolved_at"),
        "updated_at": ("updated_at",),
    },
    ("key", "number", "title", "service", "opened_at", "resolved_at"),
)
