-- FOCUS columns of Parquet files: sums a day, account, service, charge, model, resource and person.
select
    ChargePeriodStart::date as ChargePeriodStart,
    ChargePeriodEnd::date as ChargePeriodEnd,
    columns(lambda name: regexp_full_match(
        lower(name),
        'billingaccountid|billingaccounttype|subaccountname|serviceprovidername|providername|publishername|invoiceissuername|x_gateway'
        || '|servicecategory|servicename|chargecategory|billingcurrency|consumedunit|x_model|skumeter|skuid|x_token_?type'
        || '|consumerid|x_user_?(id|email)|x_team(_?id)?'
    )),
    round(sum(EffectiveCost::decimal(38, 18)), 8) as EffectiveCost,
    round(sum(columns(lambda name: lower(name) = 'listcost')::decimal(38, 18)), 8),
    sum(columns(lambda name: lower(name) = 'consumedquantity'))
from usage
where ChargePeriodStart >= $since and ChargePeriodStart < $until
group by all
