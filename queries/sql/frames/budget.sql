-- Budgets of headway.toml.
-- Grain: month. Columns are stable unless marked experimental.
--
-- month: first day of the month.
-- budget_usd: dollars for it.
select month::date as month, budget_usd::bigint as budget_usd
from budget_frame
