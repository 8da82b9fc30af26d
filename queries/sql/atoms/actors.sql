-- Names of persons in spend, now and as it was published.
select actor from int_spend_people where actor <> ''
union
select actor from ledger.published_spend where actor <> ''
