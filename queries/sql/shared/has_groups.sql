-- Whether a snapshot has spend of persons, or teams or roles of people.csv: a row if it has.
select 1 as has_groups
where
    exists (select 1 from spend where spread_days > 1 or gap is not null)
    or exists (select 1 from pull_requests where team is not null or role is not null)
