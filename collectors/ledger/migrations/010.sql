-- Surveys: counts of answers, never rows of people. `team` is null for people without one, `item`
-- is null for the number of people who answered at all, `value` is null for those who skipped it.
create table imported_survey_answers (
    import_id varchar,
    line integer,
    survey varchar,
    opens_on date,
    closes_on date,
    final_on date,
    team varchar,
    item varchar,
    version integer,
    scale varchar,
    polarity integer,
    value integer,
    answers integer
);
create table imported_survey_comments (
    import_id varchar,
    line integer,
    survey varchar,
    opens_on date,
    item varchar,
    comment varchar
);

-- People invited to each wave, from surveys.toml; `team` is null for all.
create table survey_waves (
    survey varchar,
    opens_on date,
    closes_on date,
    team varchar,
    invited integer
);

-- Waves as they were published, once and for good: every cell, of which only the ones that are
-- `is_shown` were published. `if not exists`: a restore copies the tables into a backup of before.
create table if not exists published_survey_cells (
    survey varchar,
    opens_on date,
    closes_on date,
    team varchar,
    item varchar,
    version integer,
    scale varchar,
    polarity integer,
    frequencies integer[],
    members varchar[],
    is_shown boolean,
    n integer,
    mean double,
    sd double,
    lo double,
    hi double,
    favourable double,
    favourable_lo double,
    favourable_hi double,
    response_rate double,
    mean_least double,
    mean_most double,
    favourable_least double,
    favourable_most double
);
create table if not exists published_survey_comments (
    survey varchar,
    opens_on date,
    closes_on date,
    item varchar,
    position integer,
    comment varchar
);
