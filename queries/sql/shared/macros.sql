-- Macros of the models' SQL, for the time of a build.

-- A time of the vendor's as UTC without a zone; null if it is no time of the years 0 to 9999.
create or replace temp macro utc(text) as
timezone('UTC', if(text[5] = '-', try_cast(text as timestamptz), null));

-- An address in a repository, which may have had another name when it was read, under the address
-- it has now.
create or replace temp macro url_in(repository, url) as
coalesce(
    (repository->>'url') || nullif(regexp_extract(url, '^\w+://[^/]+/[^/]+/[^/]+(/.+)$', 1), ''),
    url
);

-- A login as GraphQL writes it: REST adds [bot] to the same account.
create or replace temp macro login_of(name) as regexp_replace(name, '\[bot\]$', '');

-- Hours between two times; null where one is missing.
create or replace temp macro hours(earlier, later) as epoch_us(later - earlier) / 3600000000.0;

-- Whether a text has a character that all e-mail addresses have: quick, and rarely true.
create or replace temp macro may_have_email(text) as
contains(text, '@') or contains(text, '＠') or contains(text, '%40');

-- A text without e-mail addresses, also as they are written in a URL. The end of a domain begins
-- with a letter, so `left-pad@1.2.3` is none.
create or replace temp macro mask_emails(text) as
case
    when may_have_email(text)
        then regexp_replace(
            text,
            '[\pL\pN._%+-]+(@|＠|%40)[\pL\pN-]+(\.[\pL\pN-]+)*\.\pL[\pL\pN-]*',
            '…@…',
            'g'
        )
    else text
end;

-- A person as `people` of the settings allows: not at all, under a keyed hash, or by login.
create or replace temp macro shown_person(login, people, pseudonym_key) as
case people
    when 'names' then login
    when 'pseudonyms' then 'p-' || left(sha256(pseudonym_key || lower(login)), 12)
end;

-- Whether a number of persons is too small to be published; zero is not.
create or replace temp macro too_few(persons, k) as persons between 1 and k - 1;

-- Whether a provider's name is that of a gateway, or of none: its spend may be of any provider.
create or replace temp macro is_gateway(provider) as
provider in ('other', 'litellm', 'portkey', 'helicone', 'cloudflare', 'kong', 'vercel', 'gateway');

-- Whether a provider bills the models of others, whose makers clients and gateways name.
create or replace temp macro is_reseller(provider) as
provider in ('aws', 'azure', 'gcp', 'openrouter');

-- Whether a charge is computed from usage: of nobody, it may be a part of persons' usage.
create or replace temp macro is_surcharge(charge) as charge in ('tax', 'credit', 'correction');

-- First day of the part of an ISO week within a month.
create or replace temp macro week_in_month(day) as
greatest(date_trunc('week', day), date_trunc('month', day))::date;

-- The quarter of a day, of 13 ISO weeks; week 53 belongs to the fourth.
create or replace temp macro quarter_of(day) as
isoyear(day) || '-Q' || (least((weekofyear(day) - 1) // 13, 3) + 1);

-- Equal part of a whole number for one of some days: the first days have what does not divide.
create or replace temp macro day_part(value, days, position) as
value // days + if(position <= abs(value % days), sign(value), 0)::bigint;

-- Whether a path matches a pattern: its prefix, and its regular expression if it has one.
create or replace temp macro matches_path(path, prefix, regex) as
starts_with(path, prefix) and (regex is null or regexp_full_match(path, regex));

-- Whether a level of people.csv is that of a senior person.
create or replace temp macro is_senior(level) as
regexp_matches(
    level,
    '\b(senior|sr|staff|principal|lead|distinguished|fellow|architect|head|director|vp|cto)\b',
    'i'
);

-- Published band of a number of people; null for zero.
create or replace temp macro people_band(n) as
case
    when coalesce(n, 0) = 0 then null
    when n < 5 then '1–4'
    when n < 10 then '5–9'
    when n < 20 then '10–19'
    when n < 50 then '20–49'
    when n < 100 then '50–99'
    else '100+'
end;

-- A title in lower case, without a leading "Fixes #12:".
create or replace temp macro without_ticket(title) as
regexp_replace(
    lower(left(title, 200)),
    '^\W*(fix(es|ed)?|close[sd]?|resolve[sd]?)\s+((issue|bug)\s+)?(#\d+|[a-z]{2,10}-\d+)\W*',
    ''
);

-- The first word of such a title. Tags in brackets, numbers, tickets ("ABC-12") and a scope
-- ("core:") have none.
create or replace temp macro first_word(text) as
regexp_extract(
    regexp_replace(
        regexp_replace(text, '^([^\w\[(]+|\[[^\]]*\]|\([^)]*\)|[a-z]{2,10}-\d+\b|\d+\b)+', ''),
        '^[\w./@-]{1,40}( [\w./@-]{1,40})?(\([^)]*\))?!?: ',
        ''
    ),
    '[a-z]+(''[a-z]+)?'
);

-- The terms of a title that `title_words.csv` weighs: `fix #` for a ticket that was taken out, the
-- first word as `^word`, and each word.
create or replace temp macro title_terms(title) as
list_distinct(
    regexp_extract_all(without_ticket(title), '[a-z]+(''[a-z]+)?')
    || if(first_word(without_ticket(title)) = '', [], ['^' || first_word(without_ticket(title))])
    || if(without_ticket(title) = lower(left(title, 200)), [], ['fix #'])
);

-- Patterns of the words for undoing a change, and of those between them and the name of the change.
create or replace temp macro revert_words() as
'(?:reverts?|reverting|revert(?:ir|er|e)|revierte|roll(?:s|ed|ing)?[ -]?back|back(?:s|ed|ing)?[ -]?out'
|| '|undo(?:es)?|unship(?:s|ped)?|annul(?:e|er|ation)|rückgängig(?: machen)?|откат(?:ить)?|回滚|撤销|还原|回退'
|| '|取り消し|差し戻し)';

-- The beginning of a title that undoes a change: tags, tickets, scopes and adverbs come before it.
create or replace temp macro revert_heading() as
'^\W*(?:\[[^\]]*\]\W*|[a-z]{2,10}-\d+\W+|[\w/-]+(?:\([^)]*\))?!?: *)*'
|| '(?:(?:temporar\w+|automat\w+|emergency|manual\w*|quick\w*|wip)\s+)*'
|| revert_words()
|| '(?:\([^)]*\))?\]?';

create or replace temp macro origin_words() as
':?(?:[\s"“„«]+(?:of|the|in|from|by|pull(?: requests?)?|prs?|merge|changes?|changesets?|commits?):?)*'
|| '[\s"“„«]+';

-- A text in which references are written in one way: without emphasis and columns, links to pull
-- requests as their address, "PR 12" as "PR #12".
create or replace temp macro plain_references(text) as
regexp_replace(
    regexp_replace(
        replace(regexp_replace(text, '\*\*|__|\|', ' ', 'g'), '\"', '"'),
        '\[[^\]\n]*\]\((https?://[^)\s]+/pull/\d+)[^)]*\)',
        '\1',
        'g'
    ),
    '(?i)(^|[\s(])(prs?|pull(?: requests?)?)(?: +|/)(\d+\b)',
    '\1\2 #\3',
    'g'
);

-- The phrases of a text that begin with a pattern and go on with references to pull requests, such
-- as "reverts #2, GH-3, acme/web#4 and https://github.com/acme/web/pull/5", or with a list of them.
-- Those that deny it or say it of a part are left out.
create or replace temp macro references_after(beginning, text) as
list_filter(
    regexp_extract_all(
        plain_references(text),
        replace(
            '(?i)(?:\b(?:partial(?:ly)?|not|never|instead of|rather than|without|avoids?|before|after)\s+)?(?:'
            || beginning
            || ')(?:(?:(?:[ \t]*(?:[,&+/]|\band\b|\bas well as\b)\s*)*(?:prs?\s+)?REF)+'
            || '|(?:\s*[-*+] +REF[ \t]*(?:\n|$))+)',
            'REF',
            '[\[_(<]*(?:https?://[\w.:-]+/)?(?:(?:[\w.-]+/[\w.-]+)?(?:#|/pull/)|GH-)\d+(?:\]\([^)\s]*\))?[\]_>]*'
        )
    ),
    lambda phrase: not regexp_matches(
        phrase, '(?i)^(?:partial|not|never|instead|rather|without|avoid|before|after)'
    )
);

-- Whether a file is written by people or agents: no lock file, and neither generated nor vendored.
create or replace temp macro is_written(path) as
not regexp_full_match(
    path,
    '(?:.*/)?(?:package-lock\.json|[^/]*\.lock|pnpm-lock\.yaml|go\.sum|gradle\.lockfile)'
    || '|(?:.*/)?(?:vendor|node_modules|third_party|dist|generated|__generated__)/.*'
    || '|.*(?:\.min\.(?:js|css)|\.snap|_pb2\.py|\.pb\.go|\.generated\.\w+)'
);

-- Whether a document is stale: no edit for 90 days, and at least ten changes in its scope since, and
-- half of a year's.
create or replace temp macro is_stale(edited_at, merged_at, changes_since, changes_of_year) as
merged_at - edited_at >= interval 90 day and changes_since >= greatest(10, changes_of_year / 2.0);
