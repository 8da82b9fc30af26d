-- What the cells of spend files say: each macro reads a text, and gives null where it is not one of its kind.

set timezone = 'UTC'; -- the times of Parquet files become texts
set enable_progress_bar = false; -- Python's DuckDB prints one where it takes the program for a notebook

create macro word(cell) as nullif(nullif(trim(cell), ''), 'NULL');

-- the day of a time in UTC, and anything else as it is
create macro short_day(cell) as
    case
        when length(cell) > 10
            and regexp_full_match(
                cell, '[0-9-]{10}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?( ?(Z|UTC|\+00(:?00)?))?'
            )
            then left(cell, 10)
        else cell
    end;

-- a day written as 2026-11-19; how others are read is in other_days
create macro iso_day(cell) as
    case
        when regexp_full_match(cell, '[0-9]{4}-[0-9]{2}-[0-9]{2}')
            and try_cast(cell as date) between date '1990-01-01' and date '2100-12-31'
            then try_cast(cell as date)
    end;

create macro bare(cell) as regexp_replace(replace(cell, '−', '-'), '(US)?\$|[\s''’  ]', '', 'g');

-- 1234.56, up to a trillion
create macro plain(cell) as try_cast(cell as decimal(30, 18));

-- 1,234.56
create macro dotted(cell) as
    case
        when regexp_full_match(bare(cell), '[+-]?([0-9]{1,3}(,[0-9]{3})+|[0-9]*)(\.[0-9]*)?([eE][+-]?[0-9]+)?')
            then plain(replace(bare(cell), ',', ''))
    end;

-- 1.234,56
create macro commaed(cell) as
    case
        when regexp_full_match(bare(cell), '[+-]?([1-9][0-9]{0,2}(\.[0-9]{3})+|[0-9]*)(,[0-9]*)?([eE][+-]?[0-9]+)?')
            then plain(replace(replace(bare(cell), '.', ''), ',', '.'))
    end;

create macro token_kind(said) as
    case
        when said is null then null
        when regexp_matches(lower(said), 'output|completion') then 'output'
        when regexp_matches(lower(said), '(un|no[ _]?)cache') then 'input'
        when regexp_matches(lower(said), 'cache.*(write|creation)|(write|creation).*cache') then 'cache write'
        when contains(lower(said), 'cache') then 'cached input'
        when regexp_matches(lower(said), 'input|prompt') then 'input'
        else 'other'
    end;

-- how many tokens a unit is: Tokens, 1000 Tokens, 1M tokens
create macro tokens_each(unit) as
    case
        when regexp_full_match(lower(replace(unit, ',', '')), '[0-9]{0,9} ?(k|m|thousand|million)? ?tokens?')
            then coalesce(try_cast(regexp_extract(replace(unit, ',', ''), '^[0-9]+') as bigint), 1)
                * case regexp_extract(lower(replace(unit, ',', '')), '^[0-9]* ?(k|m|thousand|million)? ?tokens?', 1)
                    when 'k' then 1000
                    when 'thousand' then 1000
                    when 'm' then 1000000
                    when 'million' then 1000000
                    else 1
                end
    end;

create macro provider_of(said) as
    case
        when said is null then null
        when regexp_matches(lower(said), 'amazon|aws') then 'aws'
        when regexp_matches(lower(said), 'github|copilot') then 'github'
        when regexp_matches(lower(said), 'microsoft|azure') then 'azure'
        when regexp_matches(lower(said), 'anthropic|claude') then 'anthropic'
        when regexp_matches(lower(said), 'openai|codex') then 'openai'
        when regexp_matches(lower(said), 'openrouter') then 'openrouter'
        when regexp_matches(lower(said), 'google|gcp') then 'gcp'
        when regexp_matches(lower(said), 'cursor|anysphere') then 'cursor'
        when regexp_matches(lower(said), 'litellm') then 'litellm'
        else lower(said)
    end;

-- Claude Code makes a key for each person: claude_code_key_<user>_<four letters>
create macro key_owner(api_key) as
    nullif(regexp_extract(lower(api_key), '^claude_code_key_(.+)_[^_]+$', 1), '');

-- times that are not ISO, as written and as read
create table other_days (written varchar, read_as date);
