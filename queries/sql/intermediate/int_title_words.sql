-- One row per title of a pull request whose words weigh for one type: the type with the largest sum,
-- unless the next one comes close or no word weighs for it, and the words that weigh most.
with terms as (
    select title, unnest(title_terms(title)) as term
    from (select distinct title from stg_pull_requests)
),

weights as materialized (
    select terms.title, words.*
    from terms
    inner join input_title_words as words on words.term = terms.term
),

sums as (
    select
        weights.title,
        any_value(base.feature) + sum(weights.feature) as feature,
        any_value(base.fix) + sum(weights.fix) as fix,
        any_value(base.docs) + sum(weights.docs) as docs,
        any_value(base.test) + sum(weights.test) as test,
        any_value(base.refactor) + sum(weights.refactor) as refactor,
        any_value(base.chore) + sum(weights.chore) as chore
    from weights
    inner join input_title_words as base on base.term = '(every title)'
    group by weights.title
),

ranked as (
    select
        title,
        list_reverse_sort([
            {'score': feature, 'work_type': 'feature'},
            {'score': fix, 'work_type': 'fix'},
            {'score': docs, 'work_type': 'docs'},
            {'score': test, 'work_type': 'test'},
            {'score': refactor, 'work_type': 'refactor'},
            {'score': chore, 'work_type': 'chore'}
        ]) as types
    from sums
),

decided as (
    select title, types[1].work_type as work_type
    from ranked
    where types[1].score - types[2].score >= 0.4
),

reasons as (
    select
        decided.title,
        decided.work_type,
        ltrim(weights.term, '^') as word,
        max(starts_with(weights.term, '^')) as is_first,
        sum(
            case decided.work_type
                when 'feature' then weights.feature
                when 'fix' then weights.fix
                when 'docs' then weights.docs
                when 'test' then weights.test
                when 'refactor' then weights.refactor
                else weights.chore
            end
        ) as weight
    from decided
    inner join weights on weights.title = decided.title
    group by decided.title, decided.work_type, word
)

select
    title,
    work_type,
    list(
        if(is_first, 'begins with ', 'says ') || '"' || word || '"' order by weight desc, word
    )[:3] as reasons
from reasons
where weight >= 0.3
group by title, work_type
