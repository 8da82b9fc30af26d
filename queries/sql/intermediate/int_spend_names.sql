-- Names under which a vendor may report a person of people.csv, with the login: the e-mail address,
-- the login, and logins that the account had before.
select
    name,
    arg_min(login, (rank, login)) as login
from (
    select email as name, login, 1 as rank from int_listed_people where email <> ''
    union all
    select login, login, 0 from int_listed_people
    union all
    select former.former, former.login, 2
    from int_former_logins as former
    semi join int_listed_people as listed on listed.login = former.login
) as names
group by name
