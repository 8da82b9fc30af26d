-- Incidents: issues and imported items that a rule recognises as of the cutoff, and incidents imported from other tools.
-- Grain: repo, key. Stable.
--
-- repo: owner/name, or the source and service of an import, as in pagerduty/checkout. Stable.
-- key: owner/name#number, or the import's own. Stable.
-- number: number of the issue or item; null for imported incidents. Stable.
-- title: the title, e-mail addresses masked. Stable.
-- url: its address. Stable.
-- source: github, or the source of the import. Stable.
-- severity: as the import tells it; null for issues. Stable.
-- opened_at: when it began to be told of, UTC. Stable.
-- resolved_at: when it was resolved or closed, UTC; null while it lasts. Stable.
-- restore_hours: opened to resolved; hours. Stable.
select
    repo,
    key,
    number::integer as number,
    mask_emails(title) as title,
    url,
    source,
    severity,
    opened_at,
    resolved_at,
    hours(opened_at, resolved_at) as restore_hours
from int_incidents
order by repo, opened_at, key
