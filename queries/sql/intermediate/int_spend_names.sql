-- Names under which a vendor may report a person of people.csv, with the login: the e-mail address,
-- the login, and logins that the account had before. Logins with one address are one person's.
with listed as (
    select
        login,
        email,
        min(login) over (partition by coalesce(nullif(email, ''), login)) as person
    from int_listed_people
)

select
    name,
    arg_min(person, (rank, person)) as login
from (
    select email as name, person, 1 as rank from listed where email <> ''
    union all
    select login, person, 0 from listed
    union all
    select former.former, listed.person, 2
    from int_former_logins as former
    inner join listed on listed.login = former.login
) as names
group by name
