-- What the spend models take from outside the ledger: rates, list prices, precedence, budgets,
-- scope and decisions, typed.
create temp table input_exchange_rates as
select currency::varchar as currency, from_on::date as from_on, usd::double as usd
from rates_frame;

create temp table input_token_prices as
select
    provider::varchar as provider,
    model::varchar as model,
    token_type::varchar as token_type,
    month::date as month,
    usd_per_token::double as usd_per_token
from prices_frame;

create temp table input_cost_precedence as
select basis::varchar as basis, rank::integer as rank
from precedence_frame;

create temp table input_spend_scope as
select name::varchar as name
from scope_frame;

create temp table input_tool_decisions as
select tool::varchar as tool, decision::varchar as decision, "on"::date as decided_on
from decisions_frame
