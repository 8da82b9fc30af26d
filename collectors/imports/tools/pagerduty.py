"""PagerDuty's CSV of incidents, as its reports, its Insights and its analytics API name the columns."""

from __future__ import annotations

from collectors.imports.formats import Form

FORM = Form(
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
