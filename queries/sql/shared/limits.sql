-- The lower of what a build may take and what DuckDB would: bytes of memory, and threads.
select
    least(
        parse_formatted_bytes($memory),
        parse_formatted_bytes(current_setting('memory_limit'))
    ) || 'B' as memory,
    least($threads, current_setting('threads')) as threads
