-- Tables and columns of the published file with their comments.
select
    tables.table_name as "table",
    tables.comment as about,
    columns.column_name as "column",
    lower(columns.data_type) as type,
    columns.comment as meaning
from duckdb_tables() as tables
inner join duckdb_columns() as columns on columns.table_oid = tables.table_oid
where tables.database_name = current_database() and columns.database_name = current_database()
order by tables.table_name, columns.column_index
