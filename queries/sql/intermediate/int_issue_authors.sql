-- One row per issue: the kind of its author's account, and whether the author is an outsider.
select
    issues.repo,
    issues.number,
    accounts.kind as author_kind,
    case
        when issues.author_word is not null then issues.author_word = 'outside'
        when issues.author is not null
            then
                accounts.kind = 'human'
                and coalesce(issues.author_association, '') not in (
                    'OWNER',
                    'MEMBER',
                    'COLLABORATOR'
                )
                and people.login is null
                and insiders.login is null
    end as is_outside_author
from int_issues as issues
left join int_accounts as accounts on accounts.login = lower(issues.author)
left join int_people as people
    on people.login = lower(
        issues.author
    ) and issues.opened_at::date between people.from_on and people.to_on
left join int_insiders as insiders
    on
        insiders.owner = regexp_replace(issues.repo, '/[^/]+$', '')
        and insiders.login = lower(issues.author)
        and insiders.since <= issues.opened_at
