-- What is published, and what of it can be grouped: one row of counts over all time. Roles and teams
-- are known if at least one pull request has one.
select
    (select count(*) from repositories where not is_imported and deleted_at is null) as repositories,
    (
        select count(*)
        from repositories
        where not is_imported and deleted_at is null and synced_until is null
    ) as unsynced_repositories,
    (select count(*) from repositories where is_imported) as imported_projects,
    pulls.pull_requests,
    pulls.unclassified,
    pulls.with_team,
    pulls.with_role,
    (select count(*) from issues) as issues,
    (select count(*) from issues where is_feedback) as feedback,
    (select count(*) from issue_intervals where kind = 'ux debt') as ux_debt,
    (select count(*) from experiments) as experiments,
    (select count(*) from shipments) as shipments,
    (select count(*) from engineers where basis = 'people.csv') as people_months,
    (select count(*) from spend) as spend_rows,
    (select count(distinct wave_end) from survey_scores) as survey_waves
from (
    select
        count(*) as pull_requests,
        count(*) filter (work_type = 'unclassified') as unclassified,
        count(team) as with_team,
        count(is_engineering_role) as with_role
    from pull_requests
) as pulls
