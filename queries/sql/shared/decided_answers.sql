-- Decided answers with the quarter in which their window ends.
select
    *,
    case
        when quarter != '' then quarter
        else strftime(window_end - interval 1 day, '%Y') || '-Q' || quarter(window_end - interval 1 day)
    end as archive_quarter
from answers
where status = 'decided'
