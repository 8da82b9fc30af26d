-- Incidents: issues and imported items that a rule recognises as of the cutoff, and incidents
-- imported from other tools.
-- Grain: repo, key. Columns are stable unless marked experimental.
--
-- repo: owner/name, or the source and service of an import, as in pagerduty/checkout.
-- key: owner/name#number, or the import's own.
-- number: number of the issue or item; null for imported incidents.
-- title: the title, e-mail addresses masked.
-- url: its address.
-- source: github, or the source of the import.
-- severity: as in the import; null for issues.
-- opened_at: when it was opened, UTC.
-- resolved_at: when it was resolved or closed, UTC; null while it lasts.
-- restore_hours: opened to resolved; hours.
select
    repo,
    key,
    number::integer as number,
    title,
    url,
    source,
    severity,
    opened_at,
    resolved_at,
    hours(opened_at, resolved_at) as restore_hours
from int_incidents
order by repo, opened_at, key
