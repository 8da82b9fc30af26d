-- Decisions of this publish.
select * from new_verdicts
