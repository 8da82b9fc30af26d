-- Accounts that answered at least three items of others within a minute, and at least half of all
-- that they answered, with the kind that they count as.
select
    quick.login as account,
    quick.answered,
    quick.within_a_minute,
    if(accounts.kind = 'human', 'person', 'machine') as counts_as
from int_quick_accounts as quick
inner join int_accounts as accounts on accounts.login = quick.login
where quick.within_a_minute >= greatest(3, 0.5 * quick.answered)
order by counts_as, quick.within_a_minute desc, account
