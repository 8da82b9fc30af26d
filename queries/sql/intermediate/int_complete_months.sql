-- One row per month that is over and of which no vendor restates a day any more.
select date_trunc('month', partitions.day)::date as month
from stg_spend_partitions as partitions
cross join input_settings as settings
group by 1, settings.as_of
having not bool_or(partitions.is_provisional) and last_day(month) < settings.as_of
