-- Budgets of headway.toml.
-- Grain: month. Stable.
--
-- month: first day of the month. Stable.
-- budget_usd: dollars for it. Stable.
select month::date as month, budget_usd::bigint as budget_usd
from budget_frame
