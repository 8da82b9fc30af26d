"""Decisions: the verdict of each headline, scope and registered comparison, decided once.

The ledger keeps each decision with its date, its inputs and the hash of the metric's definition.
What is not decided yet is decided when its window and its guardrails are complete and mature.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from statistics import fmean
from typing import Any, Literal

import duckdb
import pandas as pd

from queries.catalog.catalog import metric
from queries.catalog.definitions import definition_hash
from queries.catalog.guardrails import MARGINS
from queries.catalog.metric import Metric
from queries.publish.items import Headline, create_items
from queries.publish.registered import (
    BEFORE_AND_AFTER,
    DECIDED,
    DIFFERENCE,
    KEY,
    Key,
    Registered,
    is_guardrail,
)
from queries.publish.settings import ClosedPeriod, PublishSettings, Rollout
from queries.sql_files import ROOT, read_sql
from queries.statistics import judgements, verdicts
from queries.statistics.estimates import Restriction, read_until
from queries.statistics.histories import (
    KNOWN_DAYS,
    MOST_CHANGED,
    Flags,
    Items,
    Series,
    Span,
    WeeklySums,
    by_scope,
    changed_members,
    closed_weeks,
    history_start,
    monday,
    open_weeks,
    repositories,
    span,
    stacked,
    week_from,
    week_of,
)
from queries.statistics.judgements import Judgement, Lack
from queries.statistics.noise import KINDS, Weeks, Windows
from queries.statistics.windows import Comparison, Window

#: an effect of a quarter in progress has an interval from so many whole weeks on
LEAST_WEEKS = 4
#: change of the response rate above which other people answered, and least rate of a wave
MOST_RATE_CHANGE, LEAST_RATE = 0.15, 0.5
#: the level of intervals outside families; a guardrail's interval belongs to its one-sided test
LEVEL, GUARDRAIL_INTERVAL = 0.95, 0.9
#: metrics that have items
OBSERVED = "select distinct metric from answer_items"
#: columns of a judged comparison beside its key
JUDGED = ("position", "threshold", "is_new")
#: reasons of answers without a word
SO_FAR, WAITING, MEMBERS, NOT_MEASURED = "so far", "guardrails open", "members", "not measured"
#: reasons of a guardrail's words
GUARDRAIL_REASONS: Mapping[str, str] = {"worse": "change", "no clear change": "no change"}


@dataclass(frozen=True)
class Membership:
    """Days of a person in a team, the first and the last included."""

    login: str
    team: str
    from_on: date
    to_on: date


@dataclass(frozen=True)
class SurveyWave:
    """An item in a wave of the pulse, its response rate, and how far silence may move its mean."""

    closes_on: date
    item: str
    rate: float | None
    shift: float | None


@dataclass(frozen=True)
class Judging:
    """Inputs of decisions beside the published tables: settings, members and the ledger."""

    rollouts: Sequence[Rollout] = ()
    closed: Sequence[ClosedPeriod] = ()
    margins: Mapping[str, float] = field(default_factory=lambda: dict(MARGINS))
    members: Sequence[Membership] = ()
    #: decisions of the ledger by definition hash, with the columns ``DECIDED``
    decided: Mapping[tuple[Key, str], Mapping[str, Any]] = field(default_factory=dict)

    def breaks(self, teams: Sequence[str], but: Rollout | None = None) -> list[tuple[int, int]]:
        """Return the other rollouts of any of these teams, or of all if there are none.

        Each is its first week and the first after its transition.
        """
        return [
            rollout_weeks(rollout)
            for rollout in self.rollouts
            if rollout != but and (not teams or not rollout.teams or {*teams} & {*rollout.teams})
        ]

    def changed(self, teams: Sequence[str], pair: Comparison) -> float:
        """Return the share of the members of teams who changed between two windows."""
        first, last = pair.baseline.start_on, pair.current.end_on - timedelta(days=1)
        members = [row for team in teams for row in self.members_by_team.get(team, ())]
        before, after = (
            frozenset(row.login for row in members if row.from_on <= day <= row.to_on)
            for day in (first, last)
        )
        return changed_members(before, after)

    @cached_property
    def members_by_team(self) -> Mapping[str, Sequence[Membership]]:
        """The members of each team."""
        members: dict[str, list[Membership]] = defaultdict(list)
        for row in self.members:
            members[row.team].append(row)
        return members


@dataclass
class Judged(Registered):
    """A registered comparison as judged: panel, history and weekly sums."""

    #: repositories that count, by position
    panel: Flags = field(kw_only=True)
    #: the first week of the history, None without items, and of ``weeks``
    start: int | None = None
    first: int = 0
    weeks: Weeks | None = None
    judgement: Judgement | None = None
    threshold: float | None = None
    #: teams of the scope; empty for the organisation
    teams: Sequence[str] = ()
    #: weekly sums of the teams without a rollout
    control: Weeks | None = None
    #: rollouts in the history: first week and first week after the transition
    breaks: Sequence[tuple[int, int]] = ()


#: windows of rollouts, before and after, in weeks: the second word is given after the first
ROLLOUT_WEEKS = tuple(sorted(verdicts.ROLLOUT_SHARES))


def rollout_weeks(rollout: Rollout) -> tuple[int, int]:
    """Return the week in which a rollout began and the first week after its transition."""
    return week_of(rollout.on), week_from(rollout.on + timedelta(days=rollout.transition_days))


def read_judging(db: duckdb.DuckDBPyConnection, settings: PublishSettings) -> Judging:
    """Return the inputs of decisions from the settings, the built models and the ledger."""
    members = db.execute(read_sql(ROOT / "shared" / "members.sql").statement).fetchall()
    stored = db.execute(read_sql(ROOT / "shared" / "stored_verdicts.sql").statement)
    columns = [name for name, *_ in stored.description]
    decided: dict[tuple[Key, str], Mapping[str, Any]] = {}
    for values in stored.fetchall():
        row = dict(zip(columns, values, strict=True))
        key = Key(**{name: row[name] for name in KEY})
        decided[key, row["definition_hash"]] = {name: row[name] for name in DECIDED}
    return Judging(
        settings.rollouts,
        settings.closed_periods,
        settings.guardrail_margins,
        [Membership(*row) for row in members],
        decided,
    )


def decide(
    db: duckdb.DuckDBPyConnection,
    as_of: date,
    judging: Judging,
    groups: Sequence[Sequence[Headline]],
    read: Callable[[Sequence[Headline]], None] = lambda _: None,
) -> dict[Key, Judged]:
    """Judge the comparisons of all headlines and give words to those that are complete.

    ``read`` is called with each group while the table of its items exists.
    """
    return _Decider(db, as_of, judging, groups, read).judged


def keep(db: duckdb.DuckDBPyConnection, judged: Mapping[Key, Judged]) -> None:
    """Create the tables of judged comparisons and of new decisions."""
    rows = list(judged.values())
    frame = [
        vars(row.key)
        | {"position": position, "threshold": row.threshold}
        | {"is_new": bool(row.is_new and row.columns.get("decided_on"))}
        for position, row in enumerate(rows)
    ]
    db.register("judged_frame", pd.DataFrame(frame, columns=[*KEY, *JUDGED], dtype=object))
    db.execute(read_sql(ROOT / "inputs" / "verdicts.sql").text)


class _Decider:
    """Judges the comparisons of all headlines and gives words to those that are decided."""

    def __init__(
        self,
        db: duckdb.DuckDBPyConnection,
        as_of: date,
        judging: Judging,
        groups: Sequence[Sequence[Headline]],
        read: Callable[[Sequence[Headline]], None],
    ) -> None:
        self.db, self.as_of, self.judging = db, as_of, judging
        self.teams = [item.name for item in groups[0][0].teams]
        activity = db.execute(read_sql(ROOT / "shared" / "activity.sql").statement).fetchall()
        self.repos = repositories(activity)
        self.closed = closed_weeks((row.from_on, row.to_on) for row in judging.closed)
        rates = read_sql(ROOT / "shared" / "response_rates.sql").statement
        self.waves = [SurveyWave(*row) for row in db.execute(rates).fetchall()]
        self.hashes: dict[str, str] = {}
        self.judged: dict[Key, Judged] = {}
        #: of the first judged comparison whose weekly sums are not in the table yet
        self.next_position = 0
        self._write_inputs()  # creates the table
        # a decision stays, also if the repositories of its items are no longer published
        stored = {key.metric for key, _ in judging.decided}
        for group in groups:
            create_items(db, group)
            observed = stored | {name for (name,) in db.execute(OBSERVED).fetchall()}
            for headline in group:
                if headline.metric.name in observed and headline.metric.aggregate in KINDS:
                    self._judge(headline)
                    self._write_inputs()
            read(group)
        self._decide()

    def _write_inputs(self) -> None:
        """Move the weekly sums of the last judged comparisons to a table.

        Those of all metrics of a large company take gigabytes.
        """
        rows = list(self.judged.values())
        series = [
            Series(position, name, row.first, weeks, row.breaks)
            for position, row in enumerate(rows[self.next_position :], start=self.next_position)
            for name, weeks in (("judged", row.weeks), ("others", row.control))
            if weeks
        ]
        self.db.register("judged_inputs_frame", pd.DataFrame(stacked(series)))
        self.db.execute(read_sql(ROOT / "inputs" / "verdict_inputs.sql").text)
        for row in rows[self.next_position :]:
            row.weeks = row.control = None
        self.next_position = len(rows)

    def _read(self, headline: Metric, last: date) -> list[Items]:
        """Return the items of a metric in the organisation and in each team."""
        sql = read_sql(ROOT / "shared" / "history_items.sql").statement
        repos, teams = list(self.repos.names), self.teams
        parameters = {"metric": headline.name, "repos": repos, "teams": teams, "last": last}
        parameters["by_work_type"] = headline.has_mix_of_types
        columns = self.db.execute(sql, parameters).fetchnumpy()
        has_teams = "team" in headline.of.parts
        return by_scope(headline.aggregate, last, columns, len(teams) if has_teams else 0)

    def _judge(self, headline: Headline) -> None:
        """Judge all comparisons of a metric, but for those that the ledger has decided."""
        about = headline.metric
        self.hashes[about.name] = definition_hash(about)
        last = self.as_of + timedelta(days=1 - about.matures_after)
        scopes = self._read(about, last)
        uppers = self._read(metric(about.upper), last) if about.upper else []
        names = [("org", ""), *(("team", name) for name in self.teams)]
        for index, (items, (kind, name)) in enumerate(zip(scopes, names, strict=False)):
            sums: dict[bytes, WeeklySums] = {}
            busy: dict[bytes, dict[Window, date | None]] = defaultdict(dict)
            for pair in headline.pairs:
                key = Key(about.name, kind, name, pair.quarter, pair.comparison, pair.event)
                judged = self._prepared(key, pair, items, [name] if name else [])
                if judged.restriction:
                    judged.estimates = self._estimates(judged, items)
                judged.adjusted = self._adjusted(judged, items)
                if uppers:
                    judged.bound = self._estimates(judged, uppers[index])
                panel = judged.panel.tobytes()
                if panel not in sums:
                    sums[panel] = items.weekly(judged.panel)
                judged.busy_week = self._busy_week(pair, sums[panel], busy[panel])
                if judged.columns:
                    continue
                breaks = self.judging.breaks(judged.teams)
                self._judge_comparison(judged, items, sums[panel], breaks)
        for rollout in self.judging.rollouts:
            self._judge_rollout(about, rollout, scopes[0], *uppers[:1])

    def _prepared(
        self, key: Key, pair: Comparison, items: Items, teams: Sequence[str], transition: int = 0
    ) -> Judged:
        """Return a comparison with its panel, its history and its decision of the ledger."""
        headline, weeks = metric(key.metric), span(pair.current, pair.baseline)
        until = read_until(headline, (pair.current, pair.baseline), self.as_of)
        panel, unshared = self.repos.panel(items, weeks, until)
        restriction = self._restriction(unshared, weeks, teams if key.is_rollout else ())
        judged = Judged(key, pair, restriction, panel=panel, teams=teams)
        self.judged[key] = judged
        stored = self.judging.decided.get((key, self.hashes[key.metric]))
        judged.is_new = not stored
        if stored and stored["decided_on"] <= self.as_of:
            judged.columns = dict(stored)
        else:
            judged.start = history_start(items, panel, weeks.judged[0] - transition)
        return judged

    def _estimates(self, judged: Judged, items: Items) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the estimates of both windows over the panel and without closed weeks."""
        pair, panel = judged.pair, judged.panel
        return (
            items.estimate(pair.current, panel, self.closed),
            items.estimate(pair.baseline, panel, self.closed),
        )

    def _adjusted(
        self, judged: Judged, items: Items
    ) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Return both estimates with the baseline's weights; None of what has no weights."""
        if items.aggregate not in ("share", "median"):
            return None
        pair = judged.pair
        return items.adjusted(pair.current, pair.baseline, judged.panel, self.closed)

    def _busy_week(
        self, pair: Comparison, sums: WeeklySums, known: dict[Window, date | None]
    ) -> date | None:
        """Return a week with over a third of the items of the judged window or the baseline.

        ``known``: weeks by window, which are added; most windows belong to several comparisons.
        """
        for window in (pair.current, pair.baseline):
            if window not in known:
                known[window] = sums.busy_week(window, self.closed)
        return known[pair.current] or known[pair.baseline]

    def _judge_rollout(
        self, headline: Metric, rollout: Rollout, whole: Items, upper: Items | None = None
    ) -> None:
        """Judge the windows of a rollout that are complete, and the one in progress."""
        began, after = rollout_weeks(rollout)
        teams = [name for name in rollout.teams if name in self.teams]
        if rollout.teams and not (teams and "team" in headline.of.parts):
            return
        positions = [self.teams.index(name) + 1 for name in teams]
        having, without = whole.of_teams(positions), whole.without_teams(positions)
        whole_weeks = week_of(whole.last) - after
        for index, length in enumerate(ROLLOUT_WEEKS):
            is_decided = whole_weeks >= length
            ran = length if is_decided else whole_weeks
            if ran < (ROLLOUT_WEEKS[index - 1] if index else LEAST_WEEKS):
                return
            pair = Comparison(
                "",
                f"rollout {length} weeks",
                "decided" if is_decided else SO_FAR,
                Window(monday(after), monday(after + ran)),
                Window(monday(began - ran), monday(began)),
                rollout.name,
            )
            for variant in (
                BEFORE_AND_AFTER,
                *([DIFFERENCE] if teams and len(without.day) else []),
            ):
                key = Key(headline.name, "org", "", "", pair.comparison, rollout.name, variant)
                judged = self._prepared(key, pair, having, teams, after - began)
                judged.estimates = self._estimates(judged, having)
                sums = having.weekly(judged.panel)
                judged.busy_week = self._busy_week(pair, sums, {})
                if variant == BEFORE_AND_AFTER:
                    judged.adjusted = self._adjusted(judged, having)
                    if upper:
                        judged.bound = self._estimates(judged, upper.of_teams(positions))
                if judged.columns:
                    continue
                breaks = self.judging.breaks(teams if variant == BEFORE_AND_AFTER else (), rollout)
                other = without if variant == DIFFERENCE else None
                self._judge_comparison(judged, having, sums, breaks, after - began, other)

    def _restriction(
        self, repos: Sequence[str], weeks: Span, teams: Sequence[str]
    ) -> Restriction | None:
        """Return the items of two windows that do not count; None if all do."""
        sides = (weeks.baseline, weeks.judged)
        closed = [week for week in sorted(self.closed) if any(a <= week < b for a, b in sides)]
        if not repos and not closed and not teams:
            return None
        return Restriction(tuple(repos), [monday(week) for week in closed], tuple(teams))

    def _judge_comparison(
        self,
        judged: Judged,
        items: Items,
        sums: WeeklySums,
        breaks: Sequence[tuple[int, int]],
        transition: int = 0,
        control: Items | None = None,
    ) -> None:
        """Judge one comparison; of a rollout perhaps against the teams without it."""
        weeks = span(judged.pair.current, judged.pair.baseline)
        (before, before_end), (now, end) = weeks.baseline, weeks.judged
        if control and judged.start is not None:
            start = history_start(control, judged.panel, now - transition)
            judged.start = None if start is None else max(judged.start, start)
        if judged.start is None:
            return
        first = judged.first = min(judged.start, before)
        counts = open_weeks(first, end, self.closed)
        windows = Windows(
            judged=now - first,
            lag=now - before,
            weeks=end - now,
            baseline_weeks=before_end - before,
            breaks=[(start - first, after - first) for start, after in breaks],
            transition=transition,
        )
        judged.breaks = breaks
        judged.weeks = sums.weeks(first, end, counts)
        if control:
            judged.control = control.weekly(judged.panel).weeks(first, end, counts)
        if judged.pair.status == SO_FAR and (
            judged.pair.current.end_on - judged.pair.current.start_on
        ) < timedelta(weeks=LEAST_WEEKS):
            return
        kind = KINDS[items.aggregate]
        if kind != "median":
            result = (
                judgements.difference(kind, judged.weeks, judged.control, windows)
                if judged.control
                else judgements.judge(kind, judged.weeks, windows)
            )
        else:
            durations = items.durations(first, end, judged.panel)
            result = judgements.judge_median(*durations, windows, counts)
            judged.threshold, judged.weeks = result.threshold, result.weeks or judged.weeks
            if control:
                other = control.durations(first, end, judged.panel)
                result = judgements.difference_of_medians(durations, other, windows, counts)
        judged.judgement = self._checked(result, judged, items, weeks)

    def _silence(self, result: Judgement, judged: Judged) -> Lack | None:
        """Return why people who did not answer may explain a change of a survey's mean."""
        windows = (judged.pair.current, judged.pair.baseline)
        item = judged.metric.parameters["item"]
        waves = [wave for wave in self.waves if wave.item == item]
        now, before = (
            [wave for wave in waves if window.start_on <= wave.closes_on < window.end_on]
            for window in windows
        )
        if unknown := sum(wave.rate is None for wave in (*now, *before)):
            return Lack("rate unknown", unknown, 0)
        rates = [[wave.rate or 0.0 for wave in side] for side in (now, before)]
        change = round(abs(fmean(rates[0]) - fmean(rates[1])), 6)
        if change > MOST_RATE_CHANGE:
            return Lack("response", change, MOST_RATE_CHANGE)
        effect = result.effect or 0.0
        is_gain = effect > 0 if judged.metric.better == "up" else effect < 0
        better = [wave for wave in (now if is_gain else before) if (wave.rate or 0) >= LEAST_RATE]
        moved = round(abs(fmean(wave.shift or 0.0 for wave in better)), 6)
        is_explained = moved >= round(abs(effect), 6)
        return Lack("silence", moved, round(abs(effect), 6)) if is_explained else None

    def _checked(self, result: Judgement, judged: Judged, items: Items, weeks: Span) -> Judgement:
        """Return a judgement with the true length of the history and what the sums cannot show."""
        history = self._history(judged)
        if result.lack and result.lack.code == "history":
            result = replace(result, lack=replace(result.lack, actual=history))
        if not result.lack and not self.repos.has_shared_items(items, weeks, judged.panel):
            return replace(result, p=None, lack=Lack("repositories", 0, 1))
        is_survey = items.aggregate == "mean" and not result.lack
        if is_survey and (lack := self._silence(result, judged)):
            return replace(result, p=None, lack=lack)
        if items.aggregate == "per outcome" and not result.lack:
            for side in (weeks.judged, weeks.baseline):
                needed, days = KNOWN_DAYS * 7 * (side[1] - side[0]), items.known_days(side)
                if days < needed:
                    window: Literal["now", "before"] = "now" if side == weeks.judged else "before"
                    return replace(result, p=None, lack=Lack("spend", days, needed, window))
        return result

    @staticmethod
    def _history(item: Judged) -> int:
        """Return the weeks of history before the judged window."""
        start = item.start
        end = item.pair.baseline.end_on if item.key.is_rollout else item.pair.current.start_on
        return 0 if start is None else max(week_of(end) - start, 0)

    def _decide(self) -> None:
        """Give each judged comparison its columns; words family by family."""
        variants: dict[tuple[str, ...], dict[str, list[Judged]]] = defaultdict(dict)
        for key, judged in self.judged.items():
            variants[key.family].setdefault(key.metric, []).append(judged)
        families = {
            family: {name: self._main(rows) for name, rows in members.items()}
            for family, members in variants.items()
        }
        values = {family: _p_values(members) for family, members in families.items()}
        sizes = Counter[tuple[str, ...]]()
        for (kind, _, *compared), p in values.items():
            sizes[kind, *compared] += len(p)
        for family, members in families.items():
            kind, _, *compared = family
            n_unchanged = sizes[kind, *compared] - len(values[family])
            self._decide_family(members, values[family], n_unchanged)

    def _main(self, variants: Sequence[Judged]) -> Judged:
        """Return the variant that gets the word; the other is reported without one.

        Of a rollout that is the difference to the other teams, unless it lacks data.
        """
        first, *rest = variants
        if not rest:
            return first
        difference = rest[0]
        is_usable = difference.judgement and not difference.judgement.lack
        if difference.columns or (is_usable and not first.columns):
            first.columns = first.columns or self._without_word(first, DIFFERENCE)
            return difference
        lack = difference.judgement and difference.judgement.lack
        difference.columns = self._without_word(difference, _reason(lack) if lack else NOT_MEASURED)
        return first

    def _decide_family(
        self, members: Mapping[str, Judged], p: Mapping[str, float], n_unchanged: int
    ) -> None:
        """Decide those of a family that are complete and not decided yet.

        ``n_unchanged``: number of headlines of the other teams.
        """
        if all(item.columns for item in members.values()):
            return
        guards = {name: item for name, item in members.items() if is_guardrail(item.metric)}
        headlines = {name: item for name, item in members.items() if name not in guards}
        for item in guards.values():
            if not item.columns:
                self._decide_guardrail(item)
        words = {
            name: _guard_word(item.columns["verdict"])
            for name, item in guards.items()
            if item.pair.status == "decided"
        }
        share = verdicts.false_share(next(iter(members.values())).key.comparison)
        is_over = any(item.pair.status == "decided" for item in headlines.values())
        adjusted = verdicts.adjust(p, share, n_unchanged) if is_over else {}
        for name, item in headlines.items():
            guardrails = item.metric.guardrails
            if item.columns:
                continue
            if item.pair.status == SO_FAR:
                item.columns = self._without_word(item, SO_FAR)
            elif any(guard in members and guard not in words for guard in guardrails):
                item.columns = self._without_word(item, WAITING)
            else:
                by_name = {guard: words.get(guard, "too little data") for guard in guardrails}
                self._decide_headline(item, adjusted.get(name), len(p) + n_unchanged, by_name)

    def _decide_guardrail(self, item: Judged) -> None:
        """Give a guardrail its word: one-sided, and outside the family."""
        if reason := self._reason_without_word(item):
            item.columns = self._without_word(item, reason)
            return
        judgement = item.judgement
        assert judgement is not None
        margin = self.judging.margins[item.key.metric]
        word = verdicts.guardrail(judgement, item.metric.better, margin)
        item.columns = self._measured(item, GUARDRAIL_INTERVAL) | {
            "verdict": word,
            "reason": _reason(judgement.lack) if judgement.lack else GUARDRAIL_REASONS[word],
            "decided_on": self.as_of,
        }

    def _decide_headline(
        self,
        item: Judged,
        adjusted: tuple[float, float] | None,
        n_family: int,
        guardrails: Mapping[str, verdicts.GuardWord],
    ) -> None:
        """Give a headline its word."""
        if reason := self._reason_without_word(item):
            item.columns = self._without_word(item, reason)
            return
        is_blind = item.judgement is not None and item.judgement.lack is not None
        p_adjusted, level = (None, LEVEL) if adjusted is None or is_blind else adjusted
        result = verdicts.word(
            item.judgement,
            p_adjusted,
            item.metric.better,
            guardrails,
            verdicts.false_share(item.key.comparison),
        )
        item.columns = self._measured(item, level) | {
            "p_adjusted": p_adjusted,
            "n_family": None if p_adjusted is None else n_family,
            "verdict": result.word,
            "reason": _reason(result.lack) if result.lack else result.reason,
            "guardrail": result.guardrail,
            "decided_on": self.as_of,
        }

    def _reason_without_word(self, item: Judged) -> str | None:
        """Return why a complete comparison is not decided; None if it can be."""
        if item.pair.status == SO_FAR:
            return SO_FAR
        if self._is_changed_team(item):
            return MEMBERS
        return NOT_MEASURED if item.judgement is None else None

    def _is_changed_team(self, item: Judged) -> bool:
        return bool(item.teams) and self.judging.changed(item.teams, item.pair) > MOST_CHANGED

    def _without_word(self, item: Judged, reason: str) -> dict[str, Any]:
        word = NOT_MEASURED if reason == NOT_MEASURED else None
        return self._measured(item, LEVEL) | {"verdict": word, "reason": reason}

    def _measured(self, item: Judged, level: float) -> dict[str, Any]:
        """Return effect and interval of a judgement at a level, without a word."""
        columns: dict[str, Any] = dict.fromkeys(DECIDED)
        judgement = item.judgement
        if judgement is None:
            return columns
        interval = judgement.interval(level)
        return columns | {
            "effect": judgement.effect,
            "lo": interval and interval[0],
            "hi": interval and interval[1],
            "level": interval and level,
            "p": judgement.p,
            "se": judgement.se,
            "df": judgement.df,
            "history_weeks": self._history(item),
            "n_pairs": judgement.n_pairs,
        }


def _guard_word(verdict: str | None) -> verdicts.GuardWord:
    """Return the word of a guardrail; one that was not measured has too little data."""
    return (
        "worse"
        if verdict == "worse"
        else ("no clear change" if verdict == "no clear change" else "too little data")
    )


def _p_values(members: Mapping[str, Judged]) -> dict[str, float]:
    """Return the p of the headlines of a family that have one."""
    values = {
        name: _p_in_family(item) for name, item in members.items() if not is_guardrail(item.metric)
    }
    return {name: p for name, p in values.items() if p is not None}


def _p_in_family(item: Judged) -> float | None:
    """Return the p of a headline in its family; None if it has none.

    An open headline counts as unchanged. The words that are given before it closes are then among
    those that all headlines together would get. So does a blind one.
    """
    columns = item.columns
    if columns.get("decided_on"):
        is_blind = columns["p"] is not None and columns["p_adjusted"] is None
        return 1.0 if is_blind else columns["p"]
    if item.pair.status != "decided":
        return None if item.start is None else 1.0
    return verdicts.p_in_family(item.judgement) if item.judgement else None


def _reason(lack: Lack) -> str:
    return f"{lack.code}: {lack.actual:g} of {lack.needed:g}"
