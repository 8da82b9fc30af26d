-- The weights of title words for each type, in hundredths so that sums are exact.
create temp table input_title_words as
select *
from read_csv(
    $path,
    header = true,
    columns = {
        'term': 'VARCHAR',
        'feature': 'DECIMAL(6, 2)',
        'fix': 'DECIMAL(6, 2)',
        'docs': 'DECIMAL(6, 2)',
        'test': 'DECIMAL(6, 2)',
        'refactor': 'DECIMAL(6, 2)',
        'chore': 'DECIMAL(6, 2)'
    }
);
