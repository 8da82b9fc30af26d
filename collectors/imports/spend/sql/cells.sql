-- Macros that read the cells of spend files; the result is null if a text is not of that kind.

set timezone = 'UTC'; -- times of Parquet files are read as text
set enable_progress_bar = false; -- DuckDB prints one if it takes Python for a notebook

create macro word(cell) as nullif(nullif(trim(cell), ''), 'NULL');

-- the day of a time in UTC; other texts do not change
create macro short_day(cell) as
    case
        when length(cell) > 10
            and regexp_full_match(
                cell, '[0-9-]{10}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?( ?(Z|UTC|\+00(:?00)?))?'
            )
            then left(cell, 10)
        else cell
    end;

-- a day such as 2026-11-19; other_days has the days in other formats
create macro iso_day(cell) as
    case
        when regexp_full_match(cell, '[0-9]{4}-[0-9]{2}-[0-9]{2}')
            and try_cast(cell as date) between date '1990-01-01' and date '2100-12-31'
            then try_cast(cell as date)
    end;

-- day number `step` of the `days` over which a number is spread; all of them add up to the number
create macro until_step(number, step, days, places) as
    if(step = days, number, round(number::double * step / days, places)::decimal(38, 18));

create macro share(number, step, days, places) as
    if(days = 1, number, until_step(number, step, days, places) - until_step(number, step - 1, days, places));

create macro bare(cell) as regexp_replace(replace(cell, '−', '-'), '(US)?\$|[\s''’  ]', '', 'g');

-- 1234.56, up to a trillion
create macro plain(cell) as try_cast(cell as decimal(30, 18));

-- 1,234.56
create macro comma_groups(cell) as
    case
        when regexp_full_match(bare(cell), '[+-]?([0-9]{1,3}(,[0-9]{3})+|[0-9]*)(\.[0-9]*)?([eE][+-]?[0-9]+)?')
            then plain(replace(bare(cell), ',', ''))
    end;

-- 1.234,56
create macro decimal_comma(cell) as
    case
        when regexp_full_match(bare(cell), '[+-]?([1-9][0-9]{0,2}(\.[0-9]{3})+|[0-9]*)(,[0-9]*)?([eE][+-]?[0-9]+)?')
            then plain(replace(replace(bare(cell), '.', ''), ',', '.'))
    end;

create macro token_kind(text) as
    case
        when text is null then null
        when regexp_matches(lower(text), 'output|completion') then 'output'
        when regexp_matches(lower(text), '(un|no[ _]?)cache') then 'input'
        when regexp_matches(lower(text), 'cache.*(write|creation)|(write|creation).*cache') then 'cache write'
        when contains(lower(text), 'cache') then 'cached input'
        when regexp_matches(lower(text), 'input|prompt') then 'input'
        else 'other'
    end;

-- tokens per unit: Tokens, 1000 Tokens, 1M tokens
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

-- a proxy that does not bill: it repeats what the provider bills. OpenRouter and Vercel bill themselves
create macro gateway_of(text) as
    case
        when text is null or regexp_matches(lower(text), 'openrouter|vercel') then null
        when regexp_matches(lower(text), 'litellm') then 'litellm'
        when regexp_matches(lower(text), 'portkey') then 'portkey'
        when regexp_matches(lower(text), 'helicone') then 'helicone'
        when regexp_matches(lower(text), 'cloudflare.*gateway') then 'cloudflare'
        when regexp_matches(lower(text), '^kong') then 'kong'
        when regexp_matches(lower(text), 'gateway|llm.?proxy') then 'gateway'
    end;

create macro provider_of(text) as
    case
        when text is null then null
        when regexp_matches(lower(text), 'openrouter') then 'openrouter'
        when regexp_matches(lower(text), 'amazon|aws|bedrock') then 'aws'
        when regexp_matches(lower(text), 'github|copilot') then 'github'
        when regexp_matches(lower(text), 'microsoft|azure') then 'azure'
        when regexp_matches(lower(text), 'google|gcp|vertex|gemini') then 'gcp'
        when regexp_matches(lower(text), 'anthropic|claude') then 'anthropic'
        when regexp_matches(lower(text), 'openai|codex') then 'openai'
        when regexp_matches(lower(text), 'cursor|anysphere') then 'cursor'
        else coalesce(gateway_of(text), lower(text))
    end;

-- the provider of a model by its name: openai/gpt-5, us.anthropic.claude-…, gemini-3; null if it has none
create macro maker_of(model) as
    case
        when regexp_matches(lower(model), '^([a-z]+\.)?(anthropic|amazon|meta|mistral|cohere|ai21)\.') then 'aws'
        when regexp_matches(lower(model), '^[a-z0-9_ -]+/')
            then provider_of(split_part(model, '/', 1))
        when regexp_matches(lower(model), 'claude') then 'anthropic'
        when regexp_matches(lower(model), '^(ft:)?(gpt|o[1-9]|chatgpt|codex|text-embedding|dall-e|whisper|tts)')
            then 'openai'
        when regexp_matches(lower(model), '^gemini') then 'gcp'
    end;

-- Claude Code creates one key a person: claude_code_key_<user>_<four letters>
create macro key_owner(api_key) as
    nullif(regexp_extract(lower(api_key), '^claude_code_key_(.+)_[^_]+$', 1), '');

-- days that are not ISO: the text, and the day parsed by Python
create table other_days (text varchar, parsed date);
