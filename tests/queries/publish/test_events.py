"""Events that charts mark: a change of model is dated, and a short lead is none."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb

from queries.sql_files import ROOT, read_sql

MONDAY = date(2026, 1, 5)
#: dollars a week by model: m-2 leads for a week, then takes over from week 8 on
WEEKS = [*[{"m-1": 60, "": 30}] * 4, {"m-1": 10, "m-2": 50}, *[{"m-1": 60}] * 3]
WEEKS += [*[{"m-1": 20, "m-2": 50, "other models": 20}] * 6, *[{"other models": 90}] * 6]
SPEND = [
    {"day": MONDAY + timedelta(weeks=number), "model": model, "cost_usd": cost}
    for number, week in enumerate(WEEKS)
    for model, cost in week.items()
]


def test_a_model_that_takes_most_of_four_weeks_is_an_event() -> None:
    with duckdb.connect() as db:
        db.execute(
            "create table spend (day date, model text, cost_usd double, is_counted bool, "
            "charge text); create table int_published_people (team text); "
            "create table input_events (kind text, name text, happened_on date, ended_on date, "
            "transition_days int, teams text[]); "
            "insert into input_events values ('closed period', 'Winter', date '2026-12-24', "
            "date '2026-12-31', null, null)"
        )
        db.executemany(
            "insert into spend values (?, ?, ?, true, 'usage')",
            [tuple(row.values()) for row in SPEND],
        )
        # seats and amounts that do not count are no reason
        db.execute("insert into spend values ('2026-01-05', 'seats', 9000, true, 'seat')")
        db.execute("insert into spend values ('2026-01-05', 'm-3', 9000, false, 'usage')")
        text = read_sql(ROOT / "marts" / "events.sql").statement
        rows = db.execute(f"select kind, name, happened_on, ended_on from ({text})").fetchall()
    # of the four weeks from 2 March on, m-2 has 200 of 360 dollars; from 23 February on, 150 of 330
    assert rows == [
        ("model change", "m-2", date(2026, 3, 2), None),
        ("closed period", "Winter", date(2026, 12, 24), date(2026, 12, 31)),
    ]
