"""Verdicts of constructed histories: which word each world gets, and which get none."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from queries.publish.decisions import Judging, Membership
from queries.publish.items import batches
from queries.publish.publish import judged_answers
from queries.publish.registered import DECIDED, Key
from queries.publish.settings import ClosedPeriod, Rollout
from queries.read.listings import ListingQuery, records
from queries.read.snapshot import current
from tests.support.command import Desk, wait_until
from tests.support.facts import fill
from tests.support.importing import write

#: a Monday, 13 quarters before the judged one
FIRST = date(2023, 4, 3)
JUDGED, NEXT = date(2026, 6, 29), date(2026, 9, 28)
AS_OF = date(2026, 10, 31)
QUARTER = "2026-Q3"
#: what appears in a data folder when a publish is killed: the ledger's log, or any part of it
KILLS = ["ledger.duckdb.wal", "snapshots/.building-*", "snapshots/headway-*"][
    : 3 if "HEADWAY_STRIKES" in os.environ else 1
]
WEEK = timedelta(days=7)
WEEKS = (NEXT - FIRST).days // 7
Answer = dict[str, Any]
#: last day of a wave of the pulse, mean of burnout, response rate, and mean in the plausible case
Wave = tuple[date, float, float | None, float]


def pulls(
    seed: int = 1,
    *,
    repo: str = "acme/app",
    team: str | None = None,
    first: date = FIRST,
    weekly: Callable[[date], float] = lambda _: 12,
    is_soon: Callable[[date], float] = lambda _: 0.5,
    is_reverted: Callable[[date], float] = lambda _: 0.06,
) -> pd.DataFrame:
    """Return merged pull requests, random by week: how many, merged soon or late, reverted."""
    dice, rows = np.random.default_rng(seed), list[dict[str, Any]]()
    for number in range((NEXT - first).days // 7):
        monday = first + timedelta(weeks=number)
        for _ in range(dice.poisson(weekly(monday))):
            ready = pd.Timestamp(monday) + pd.Timedelta(hours=int(dice.integers(0, 24 * 5)))
            days = 2.0 if dice.random() < is_soon(monday) else 9.0
            merged = ready + pd.Timedelta(days=days)
            is_undone = dice.random() < is_reverted(monday)
            rows.append(
                {
                    "repo": repo,
                    "number": len(rows) + 1,
                    "team": team,
                    "author_kind": "human",
                    "state": "merged",
                    "work_type": "fix",
                    "opened_at": ready,
                    "ready_at": ready,
                    "merged_at": merged,
                    "is_default_base": True,
                    "is_merged_unreviewed": bool(dice.random() < 0.2),
                    "durability": "undone" if is_undone else "durable",
                    "reverted_at": merged + pd.Timedelta(days=1) if is_undone else pd.NaT,
                }
            )
    return pd.DataFrame(rows)


@pytest.fixture
def world(empty: Path) -> Iterator[Callable[..., dict[str, Answer]]]:
    """Return a function that judges pull requests: answers of a comparison by metric."""
    with duckdb.connect() as db:
        fill(db, empty, {})

        def judged(
            *frames: pd.DataFrame,
            judging: Judging | None = None,
            as_of: date = AS_OF,
            scope: str = "",
            comparison: str = "quarter before",
            quarter: str = QUARTER,
            variant: str = "raw",
            baselines: Sequence[str] = (),
            waves: Sequence[Wave] = (),
        ) -> dict[str, Answer]:
            db.execute("delete from pull_requests; delete from repositories")
            frame = pd.concat(frames)
            db.register("pulls_frame", frame)
            db.execute("delete from survey_scores")
            for wave in waves:
                db.execute(
                    "insert into survey_scores (survey, wave, wave_end, item, version, scale, "
                    "mean, response_rate, mean_plausible) "
                    "values ('pulse', ?, ?, 'burnout', 1, '1-5', ?, ?, ?)",
                    [f"{wave[0]}", *wave],
                )
            db.execute("insert into pull_requests by name from pulls_frame")
            for repo in frame["repo"].unique():
                row = [repo, as_of + timedelta(days=1), False]
                db.execute(
                    "insert into repositories (repo, synced_until, is_imported) values (?, ?, ?)",
                    row,
                )
            groups = batches(db, as_of, baselines=baselines)
            _, rows_of_groups = judged_answers(db, as_of, judging or Judging(), groups)
            frame = pd.concat(rows_of_groups).astype(object)
            rows = frame.where(frame.notna(), None).to_dict("records")
            return {
                row["metric"]: {str(name): value for name, value in row.items()}
                for row in rows
                if (row["scope"], row["quarter"], row["comparison"], row["variant"])
                == (scope, quarter, comparison, variant)
                and row["scope_kind"] in ("org", "team")
            }

        yield judged


def from_judged(before: float, now: float) -> Callable[[date], float]:
    """Return a level that changes with the judged quarter."""
    return lambda monday: now if monday >= JUDGED else before


SPEED = "merged_within_7_days"


def test_change_beyond_the_usual_ones_is_improving(world: Callable[..., dict[str, Answer]]) -> None:
    row = world(pulls(is_soon=from_judged(0.4, 0.9)))[SPEED]
    assert (row["verdict"], row["reason"], row["guardrail"]) == ("improving", "change", None)
    assert row["p_adjusted"] < 0.01 < 0.3 < row["lo"] < row["effect"] < row["hi"] < 0.7
    assert (row["decided_on"], row["history_weeks"], row["n_family"]) == (AS_OF, 156, 1)
    assert row["df"] == pytest.approx(15.784, abs=0.001)
    assert row["level"] == pytest.approx(0.95)


def test_change_for_the_worse_is_worse(world: Callable[..., dict[str, Answer]]) -> None:
    assert world(pulls(is_soon=from_judged(0.9, 0.4)))[SPEED]["verdict"] == "worse"


def test_no_change_is_no_clear_change_with_its_interval(
    world: Callable[..., dict[str, Answer]],
) -> None:
    for comparison in ("quarter before", "year before"):
        row = world(pulls(), comparison=comparison)[SPEED]
        assert (row["verdict"], row["reason"]) == ("no clear change", "no change")
        assert row["lo"] < 0 < row["hi"]


def test_lasting_change_shows_against_a_fixed_baseline(
    world: Callable[..., dict[str, Answer]],
) -> None:
    """A registered change of the first quarter shows in the third only against 2025."""
    on = date(2025, 12, 29)
    frame = pulls(is_soon=lambda monday: 0.4 if monday < on else 0.9)
    judging = Judging(rollouts=[Rollout("Agents", on, 0)])
    baseline = {"judging": judging, "baselines": ["2025-Q4"], "comparison": "baseline"}
    row = world(frame, **baseline)[SPEED]
    assert (row["verdict"], row["event"], row["history_weeks"]) == ("improving", "2025-Q4", 156)
    assert (row["baseline_start"], row["baseline_end"]) == (date(2025, 9, 29), date(2025, 12, 29))
    assert "more than in 2025-Q4" in row["sentence"]
    assert world(frame, judging=judging)[SPEED]["verdict"] == "no clear change"
    early = world(frame, **baseline | {"baselines": ["2024-Q3"]})[SPEED]
    assert (early["verdict"], early["effect"] > 0.3) == ("too little data", True)


def test_gain_with_a_worse_guardrail_is_not_proven(world: Callable[..., dict[str, Answer]]) -> None:
    rows = world(pulls(is_soon=from_judged(0.4, 0.9), is_reverted=from_judged(0.03, 0.3)))
    assert rows["revert_rate"]["verdict"] == "worse"
    row = rows[SPEED]
    assert (row["verdict"], row["reason"]) == ("not proven", "guardrail")
    assert row["guardrail"] == "revert_rate"


def test_gain_without_any_measured_guardrail_is_not_proven(
    world: Callable[..., dict[str, Answer]],
) -> None:
    frame = pulls(is_soon=from_judged(0.4, 0.9)).assign(durability="not observable")
    frame["is_merged_unreviewed"] = None
    row = world(frame)[SPEED]
    assert (row["verdict"], row["reason"]) == ("not proven", "guardrails")


def test_word_waits_until_its_guardrails_are_mature(
    world: Callable[..., dict[str, Answer]],
) -> None:
    frame = pulls(is_soon=from_judged(0.4, 0.9))
    early = world(frame, as_of=NEXT + timedelta(days=8))[SPEED]
    assert (early["status"], early["verdict"]) == ("decided", None)
    assert (early["reason"], early["decided_on"]) == ("guardrails open", None)
    assert world(frame, as_of=NEXT + timedelta(days=13))[SPEED]["verdict"] == "improving"


def test_short_history_is_too_little_data_with_the_missing_weeks(
    world: Callable[..., dict[str, Answer]],
) -> None:
    frame = pulls(first=JUDGED - timedelta(weeks=39), is_soon=from_judged(0.4, 0.9))
    row = world(frame)[SPEED]
    assert (row["verdict"], row["reason"]) == ("too little data", "history: 39 of 52")
    assert row["verdict_sentence"] == "39 weeks of history; a verdict needs 52."
    assert world(frame, comparison="year before")[SPEED]["reason"] == "items: 0 of 20"


def busy_week(monday: date) -> float:
    """Return a volume with one week of a hundred pull requests in the judged quarter."""
    return 100 if monday == JUDGED + timedelta(weeks=5) else 12


def holidays(monday: date) -> float:
    """Return a volume with a third at Christmas and three quarters in August."""
    return 4 if monday.isocalendar().week in (52, 1) else 9 if monday.month == 8 else 12


@pytest.mark.parametrize("weekly", [busy_week, holidays], ids=["bot week", "Christmas"])
def test_unusual_weeks_give_no_verdict(
    world: Callable[..., dict[str, Answer]], weekly: Callable[[date], float]
) -> None:
    for comparison in ("quarter before", "year before"):
        rows = world(pulls(weekly=weekly), comparison=comparison)
        assert {row["verdict"] for row in rows.values()} <= {
            "no clear change",
            "too little data",
            "not measured",
        }
        sentences = [str(row["verdict_sentence"]) for row in rows.values()]
        busy = [text for text in sentences if "The week of 3 Aug 2026 has over a third" in text]
        assert bool(busy) == (weekly is busy_week)


def test_change_of_definition_is_decided_anew_and_gives_no_verdict(
    world: Callable[..., dict[str, Answer]],
) -> None:
    """A decision of another definition is no part of the yardstick."""
    key = Key(SPEED, "org", "", QUARTER, "quarter before")
    old = dict.fromkeys(DECIDED) | {"verdict": "improving", "decided_on": AS_OF}
    judging = Judging(decided={(key, "of before"): old})
    row = world(pulls(), judging=judging)[SPEED]
    assert (row["verdict"], row["decided_on"]) == ("no clear change", AS_OF)
    same = world(pulls(), judging=Judging(decided={(key, row["definition_hash"]): old}))[SPEED]
    assert same["verdict"] == "improving"


def test_repository_with_ten_years_of_history_gives_no_verdict(
    world: Callable[..., dict[str, Answer]],
) -> None:
    old = pulls(2, repo="acme/old", first=date(2016, 10, 3), is_soon=lambda _: 0.8)
    row = world(pulls(), old)[SPEED]
    assert (row["verdict"], row["left_out"]) == ("no clear change", [])


def test_repository_of_one_window_is_left_out_by_name_if_it_is_large(
    world: Callable[..., dict[str, Answer]],
) -> None:
    added = pulls(2, repo="acme/new", first=JUDGED, is_soon=lambda _: 1)
    row = world(pulls(), added)[SPEED]
    assert (row["verdict"], row["left_out"]) == ("no clear change", ["acme/new"])
    assert "Left out, because active in one window only: acme/new." in row["sentence"]
    alone = world(pulls())[SPEED]
    assert [row[name] for name in ("current", "n_current", "effect", "p")] == [
        alone[name] for name in ("current", "n_current", "effect", "p")
    ]
    small = pulls(2, repo="acme/new", first=JUDGED, weekly=lambda _: 1)
    assert world(pulls(), small)[SPEED]["left_out"] == []


def test_sentence_has_the_change_without_mix(world: Callable[..., dict[str, Answer]]) -> None:
    """The slow repository grows and the quick one shrinks; neither changes its share."""
    frames = [
        pulls(1, repo="acme/quick", is_soon=lambda _: 0.9, weekly=from_judged(15, 5)),
        pulls(2, repo="acme/slow", is_soon=lambda _: 0.2, weekly=from_judged(5, 15)),
    ]
    raw, same = (world(*frames, variant=name)[SPEED] for name in ("raw", "adjusted"))
    assert raw["effect"] < -0.25
    pull = pd.concat(frames).assign(is_soon=lambda row: row["merged_at"] < row["ready_at"] + WEEK)
    is_now = pull["ready_at"] >= pd.Timestamp(JUDGED)
    is_before = (pull["ready_at"] >= pd.Timestamp(JUDGED - timedelta(weeks=13))) & ~is_now
    shares = pull[is_now].groupby("repo")["is_soon"].mean()
    weights = pull[is_before].groupby("repo")["is_soon"].count()
    assert same["current"] == pytest.approx((shares * weights).sum() / weights.sum())
    assert same["baseline"] == pytest.approx(pull[is_before]["is_soon"].mean())
    assert same["baseline"] == pytest.approx(raw["baseline"])
    assert abs(same["effect"]) < 0.06
    assert (same["verdict"], same["reason"], same["decided_on"]) == (None, "adjusted", None)
    points = [round(abs(row["effect"]) * 100) for row in (same, raw)]
    words = f"With the same weights of repositories and work types: {points[0]} points lower, "
    assert raw["sentence"].endswith(f" {words}not {points[1]} points lower.")


@pytest.mark.parametrize(
    ("rates", "silent", "verdict", "reason", "words"),
    [
        ((0.8, 0.65), 0.2, "improving", "change", ""),
        ((0.85, 0.65), 0.2, None, "response: 0.2 of 0.15", "changed by more than 15 points"),
        ((None, 0.65), 0.2, None, "rate unknown: 6 of 0", "no known response rate"),
        # those who did not answer plausibly move the better window, and its mean of 2.5
        ((0.8, 0.65), 0.5, "improving", "change", ""),
        ((0.8, 0.65), 0.6, None, "silence: 0.6 of 0.6", "who did not answer may hide"),
    ],
)
def test_waves_that_other_people_answered_are_not_compared(
    world: Callable[..., dict[str, Answer]],
    rates: tuple[float | None, float],
    silent: float,
    verdict: str | None,
    reason: str,
    words: str,
) -> None:
    means = (3.0, 3.2, 3.1, 2.9, 3.3, 3.1)
    sides = ((JUDGED - 13 * WEEK, 0.0, rates[0], 2.0), (JUDGED, 0.6, rates[1], silent))
    waves = [
        (start + timedelta(weeks=2 * n, days=4), mean - drop, rate, mean - drop + moved)
        for start, drop, rate, moved in sides
        for n, mean in enumerate(means)
    ]
    row = world(pulls(), waves=waves)["burnout"]
    assert (row["verdict"], row["reason"]) == (verdict or "too little data", reason)
    assert words in row["verdict_sentence"]


def members(team: str, people: Sequence[int], from_on: date, to_on: date) -> list[Membership]:
    """Return people in a team."""
    return [Membership(f"p{number}", team, from_on, to_on) for number in people]


def test_team_that_splits_is_not_judged(world: Callable[..., dict[str, Answer]]) -> None:
    frame = pulls(team="Shop", is_soon=from_judged(0.4, 0.9))
    ever = (date(2020, 1, 1), date(2030, 1, 1))
    whole = Judging(members=members("Shop", range(10), *ever))
    assert world(frame, scope="Shop", judging=whole)[SPEED]["verdict"] == "improving"
    split = members("Shop", range(6), *ever)
    split += members("Shop", range(6, 10), date(2020, 1, 1), JUDGED)
    row = world(frame, scope="Shop", judging=Judging(members=split))[SPEED]
    assert (row["verdict"], row["reason"], row["decided_on"]) == (None, "members", None)
    assert world(frame, judging=Judging(members=split))[SPEED]["verdict"] == "improving"


def test_word_of_a_team_counts_the_headlines_of_all_teams(
    world: Callable[..., dict[str, Answer]],
) -> None:
    changed = pulls(team="Shop", is_soon=from_judged(0.45, 0.7))
    alone = world(changed, scope="Shop")[SPEED]
    assert (alone["verdict"], alone["n_family"]) == ("improving", 1)
    assert alone["p_adjusted"] == alone["p"]
    rest = [pulls(n, team=f"Team {n}", repo=f"acme/{n}") for n in range(2, 9)]
    among = world(changed, *rest, scope="Shop")[SPEED]
    assert (among["p"], among["n_family"]) == (alone["p"], 8)
    assert among["p_adjusted"] == pytest.approx(8 * alone["p"])
    assert among["level"] == pytest.approx(1 - 0.05 / 8)
    assert (among["verdict"], among["lo"] < 0) == ("no clear change", True)


def test_six_people_of_two_repositories_get_no_word_after_90_days(
    world: Callable[..., dict[str, Answer]],
) -> None:
    first = NEXT - timedelta(days=91)
    for seed in range(3):
        rows = world(
            pulls(seed, first=first, weekly=lambda _: 3),
            pulls(seed + 10, repo="acme/web", first=first, weekly=lambda _: 2),
        )
        assert {row["verdict"] for row in rows.values()} == {"too little data", "not measured"}
        assert {row["lo"] for row in rows.values()} == {None}


def test_closed_weeks_count_in_no_sum(world: Callable[..., dict[str, Answer]]) -> None:
    closed = ClosedPeriod("Shutdown", JUDGED + timedelta(weeks=3), JUDGED + timedelta(days=34))
    frame = pulls(is_soon=lambda monday: 0 if closed.from_on <= monday <= closed.to_on else 0.5)
    row = world(frame, judging=Judging(closed=[closed]))[SPEED]
    is_open = (frame["ready_at"].dt.date < closed.from_on) | (
        frame["ready_at"].dt.date > closed.to_on
    )
    current = frame[is_open & (frame["ready_at"] >= pd.Timestamp(JUDGED))]
    assert row["n_current"] == len(current)
    assert row["current"] == pytest.approx(
        (current["merged_at"] - current["ready_at"]).dt.days.lt(8).mean()
    )
    assert row["verdict"] == "no clear change"
    assert "Closed weeks left out: 20 Jul 2026, 27 Jul 2026." in row["sentence"]


def test_rollout_is_judged_against_teams_without_it(
    world: Callable[..., dict[str, Answer]],
) -> None:
    on = date(2026, 3, 30)

    def shock(gain: float) -> Callable[[date], float]:
        """Return a level that rises for everybody, and by a gain more with the rollout."""
        return lambda monday: 0.3 if monday < on else 0.5 + gain

    frames = [pulls(n, repo=f"acme/{n}", team="With", is_soon=shock(0.4)) for n in (1, 2)]
    frames += [pulls(n, repo=f"acme/{n}", team="Without", is_soon=shock(0)) for n in (3, 4)]
    judging = Judging(rollouts=[Rollout("Agents", on, 0, ["With"])])
    how = {"judging": judging, "quarter": "", "comparison": "rollout 26 weeks"}
    row = world(*frames, variant="difference", **how)[SPEED]
    assert (row["event"], row["verdict"]) == ("Agents", "improving")
    assert (row["window_start"], row["window_end"]) == (on, on + timedelta(weeks=26))
    assert 0.2 < row["lo"] < 0.4 < row["hi"] < 0.6
    alone = world(*frames, variant="before and after", **how)[SPEED]
    assert (alone["verdict"], alone["reason"]) == (None, "difference")
    assert alone["effect"] == pytest.approx(alone["current"] - alone["baseline"])
    assert alone["n_current"] < len(pd.concat(frames[:2]))
    everybody = replace(judging, rollouts=[Rollout("Agents", on, 0)])
    row = world(*frames, variant="before and after", **how | {"judging": everybody})[SPEED]
    assert (row["verdict"], row["guardrail"]) == ("improving", None)
    assert "no team without it to compare with" in row["verdict_sentence"]


def test_rollout_is_a_break_in_the_yardstick_of_quarters(
    world: Callable[..., dict[str, Answer]],
) -> None:
    """A registered step of the past does not widen the interval of a later quarter."""
    on = date(2025, 6, 30)
    frame = pulls(is_soon=lambda monday: 0.3 if monday < on else 0.8)
    unknown = world(frame)[SPEED]
    known = world(frame, judging=Judging(rollouts=[Rollout("Agents", on, 0)]))[SPEED]
    assert known["hi"] - known["lo"] < 0.75 * (unknown["hi"] - unknown["lo"])
    assert known["n_pairs"] < unknown["n_pairs"]


def feedback(hours: Callable[[date], float]) -> str:
    """Return an export of customer feedback: nine a week with the hours until their answer."""
    dice, lines = (
        np.random.default_rng(4),
        ["key,title,labels,author,opened_at,first_response_at,closed_at"],
    )
    for week in range(WEEKS + 6):
        monday = FIRST + timedelta(weeks=week)
        for number in range(9):
            opened = datetime.combine(monday, time(8)) + timedelta(hours=13 * number)
            answered = opened + timedelta(hours=hours(monday) * float(dice.lognormal(0, 0.7)))
            times = f"{opened:%Y-%m-%d %H:%M},{answered:%Y-%m-%d %H:%M}"
            lines.append(f"H-{week}-{number},Help,feedback,outside,{times},")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("event", KILLS)
def test_killed_publish_decides_once_and_the_same(tmp_path: Path, event: str) -> None:
    """SIGKILL comes at the ledger's transaction, or at another event of a publish."""
    whole = Desk(tmp_path / "whole", env={})
    whole.folder.mkdir()
    whole.set_up("http://127.0.0.1:1")
    path = whole.folder / "items.csv"
    write(path, feedback(from_judged(30, 6)), datetime(2026, 11, 20, tzinfo=UTC))
    assert whole.run("import", "items.csv", "--no-publish").code == 0
    struck = whole.copy(tmp_path / "struck")
    with struck.start("publish") as running:
        wait_until(
            lambda: any((struck.folder / "data").glob(event)) or not running.process.is_alive(),
            timeout=120,
        )
        running.process.kill()
        running.process.join()
    for desk in (struck, whole):
        assert desk.run("publish").code == 0
    decided = [desk.rows("from verdicts") for desk in (whole, struck)]
    assert decided[0] == decided[1]
    assert len({row[:8] for row in decided[0]}) == len(decided[0]) == 16
    with duckdb.connect(str(struck.folder / "data" / "ledger.duckdb"), read_only=True) as db:
        count = "select count(*), count(distinct (metric, quarter, comparison, definition_hash))"
        (row,) = db.execute(f"{count} from published_verdicts").fetchall()
    assert row == (len(decided[0]), len(decided[0]))


def test_decision_is_kept_with_its_inputs_whatever_the_data_become(tmp_path: Path) -> None:
    desk = Desk(tmp_path, env={})
    desk.set_up("http://127.0.0.1:1", more='[[baselines]]\nquarter = "2025-Q4"\n')
    condition = (
        "metric = 'feedback_first_response' and scope_kind = 'org' and comparison = "
        f"'quarter before' and quarter = '{QUARTER}'"
    )
    fixed = "verdict, reason, effect, lo, hi, level, p, se, df, n_pairs, decided_on"

    def answer() -> tuple[Any, ...]:
        (row,) = desk.rows(f"select {fixed} from answers where {condition}")
        return row

    def inputs() -> list[tuple[Any, ...]]:
        return desk.rows(f"from answer_inputs where {condition} order by all")

    def import_and_publish(hours: Callable[[date], float], at: datetime) -> None:
        write(tmp_path / "items.csv", feedback(hours), at)
        done = desk.run("import", "items.csv")
        assert done.code == 0, done.err

    import_and_publish(from_judged(30, 6), datetime(2026, 11, 20, tzinfo=UTC))
    first, sums = answer(), inputs()
    assert first[:2] == ("improving", "change")
    assert -0.9 < first[3] < first[2] < first[4] < -0.6
    assert len(sums) == 156 + 13
    done = desk.run("verify", "feedback_first_response", QUARTER)
    assert (done.code, "  word: improving\n  as published" in done.out) == (0, True), done.out
    assert "organisation, 2026-Q3 against the baseline 2025-Q4\n" in done.out
    assert "Improving: Customers wait" in desk.run("answers").out
    cases = desk.run("verify")
    assert (cases.code, cases.out.endswith(" estimates, 0 differ\n")) == (0, True)
    assert desk.run("verify", "speed").code == 64
    import_and_publish(from_judged(30, 60), datetime(2026, 11, 21, tzinfo=UTC))
    assert (answer(), inputs()) == (first, sums)
    changed = desk.run("verify", "feedback_first_response", QUARTER)
    assert (changed.code, "  differs: " in changed.out) == (3, True)
    ledger = tmp_path / "data" / "ledger.duckdb"
    with duckdb.connect(str(ledger)) as db:
        db.execute("update published_verdicts set definition_hash = 'before'")
    assert desk.run("publish").code == 0
    assert answer()[0] == "worse"
    with duckdb.connect(str(ledger), read_only=True) as db:
        rows = db.execute(
            f"select verdict, effect from published_verdicts where {condition} "
            "order by definition_hash = 'before' desc"
        ).fetchall()
    assert rows == [("improving", first[2]), ("worse", answer()[2])]
    published = desk.rows(
        f"select verdict, is_current_definition, decided_on from verdicts where {condition} "
        "order by is_current_definition"
    )
    assert published == [("improving", False, first[-1]), ("worse", True, answer()[-1])]
    listed = records(
        ListingQuery("Verdicts", "verdicts", (("scope", ""),)).rows(current(tmp_path / "data"))
    )
    assert [
        (row["verdict"], row["is_current_definition"])
        for row in listed
        if (row["metric"], row["comparison"]) == ("feedback_first_response", "quarter before")
        and row["quarter"] == QUARTER
    ] == [("worse", True), ("improving", False)]
