"""Share of spend that a published file shows by day, tool, model and team.

``python -m tests.bench.visible_spend company DIR`` writes the files of a company of 40 people into
``DIR``; ``… shares FILE [TOTAL]`` prints the shares of ``TOTAL`` dollars, or of the published ones.
"""

from __future__ import annotations

import csv
import random
import sys
from datetime import date, timedelta
from pathlib import Path

import duckdb

FIRST, LAST = date(2026, 3, 1), date(2026, 8, 31)
TEAMS = {"Checkout": 9, "Platform": 8, "Mobile": 7, "Search": 6, "Data": 5, "Design": 5}
#: provider, tool, models with their share, share of people who use it and dollars of a median day
USES = (
    ("anthropic", "claude code", (("claude-sonnet-5", 0.75), ("claude-opus-5", 0.25)), 0.8, 6.0),
    ("openai", "codex", (("gpt-5.5", 0.8), ("gpt-5.5-mini", 0.2)), 0.35, 4.0),
    ("cursor", "cursor", (("auto", 0.7), ("claude-sonnet-5", 0.3)), 0.3, 3.0),
    ("google", "gemini cli", (("gemini-3-pro", 1.0),), 0.1, 1.5),
)
MERGED = ("other", "other tools", "other models", "several", "(other teams)")
SHARES = f"""
with days as (
    from spend where is_counted and cost_usd > 0
),

teams as (
    select cost_usd, team from spend_by_team
    where provider is null and team not in {MERGED} and month <> date_trunc('month', today())
)

select
    sum(cost_usd) as dollars,
    sum(cost_usd) filter (spread_days = 1) as day,
    sum(cost_usd) filter (spread_days <= 7) as week,
    sum(cost_usd) filter (provider not in {MERGED}) as provider,
    sum(cost_usd) filter (tool not in {MERGED}) as tool,
    sum(cost_usd) filter (coalesce(model, '') not in {MERGED}) as model,
    (select sum(cost_usd) from teams) as team
from days
"""


def write_company(folder: Path) -> float:
    """Write people.csv and spend.csv, and return the dollars of all."""
    chance, total = random.Random(40), 0.0
    people = [(f"{team.lower()}.{n}", team) for team, size in TEAMS.items() for n in range(size)]
    (folder / "data" / "seeds").mkdir(parents=True)
    with (folder / "data" / "seeds" / "people.csv").open("w", encoding="utf-8") as file:
        file.write("login,email,team,role\n")
        file.writelines(f"{name},{name}@a.example,{team},engineer\n" for name, team in people)
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    with (folder / "spend.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("day", "cost_usd", "provider", "tool", "model", "email"))
        for name, _ in people:
            habit = chance.lognormvariate(0, 1)
            uses = [use for use in USES if chance.random() < use[3]]
            for day in days:
                for provider, tool, models, _, dollars in uses:
                    if day.isoweekday() > 5 or chance.random() > 0.7:
                        continue
                    spent = habit * dollars * chance.lognormvariate(0, 0.6)
                    for model, share in models:
                        usd = round(spent * share, 2)
                        writer.writerow((day, usd, provider, tool, model, f"{name}@a.example"))
                        total += usd
    (folder / "headway.toml").write_text('[github]\nrepos = ["acme/shop"]\n', encoding="utf-8")
    return total


def main() -> None:
    """Write the company, or print the shares of a published file."""
    command, path, *rest = sys.argv[1:]
    if command == "company":
        print(f"{write_company(Path(path)):.2f}")
        return
    with duckdb.connect(path, read_only=True) as db:
        row = db.execute(SHARES).df().iloc[0].fillna(0)
    total = float(rest[0]) if rest else row["dollars"]
    for name, dollars in row.items():
        print(f"{name:10}{dollars:12,.2f}{dollars / total:8.1%}")


if __name__ == "__main__":
    main()
