-- Answers of archived files: the first that was decided stays.
create table answers as
select * exclude (archive_quarter)
from read_parquet($files, union_by_name => true)
qualify
    row_number() over (
        partition by metric, quarter, comparison, event, scope_kind, scope, variant, window_end
        order by decided_on
    ) = 1
