"""Attacks on the spend of a person, carried out with files, the command line and SQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from tests.support.command import Desk

HEADER = "day,cost_usd,provider,tool,model,account,email\n"
FIVE = [f"p{index}@acme.io" for index in range(1, 6)]
ALICE = 777.77
#: no difference of two published amounts is nearer to an amount of Alice's
CENT = 0.01


def line(day: str, cost_usd: float, email: str, **other: str) -> str:
    """Return a line of a spend file."""
    row = {"provider": "anthropic", "tool": "api", "model": "opus", "account": "acme"} | other
    values = (day, f"{cost_usd}", *(row[name] for name in ("provider", "tool", "model", "account")))
    return ",".join([*values, email]) + "\n"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a folder with settings for spend alone."""
    (tmp_path / "headway.toml").write_text('[github]\nrepos = ["acme/shop"]\n', encoding="utf-8")
    (tmp_path / "data" / "seeds").mkdir(parents=True)
    return Desk(tmp_path)


def load(desk: Desk, name: str, lines: Iterable[str]) -> None:
    """Import a file of spend and publish."""
    (desk.folder / name).write_text(HEADER + "".join(lines), encoding="utf-8")
    done = desk.run("import", name, "--as", "spend")
    assert done.code == 0, done.err


def amounts(desk: Desk, secret: Mapping[str, float]) -> list[tuple[str, float]]:
    """Return the amounts of persons that two published sums differ by, in any table."""
    published = {0.0}
    for table in ("spend", "spend_by_team", "tools", "spend_reconciliation"):
        days = "* spread_days" if table == "spend" else ""
        keys = (
            "distinct on (cost_usd, spread_days, provider, tool, model, account) "
            if table == "spend"
            else ""
        )
        rows = desk.rows(f"select {keys} cost_usd {days} from {table} where cost_usd is not null")
        published |= {round(float(value), 4) for (value,) in rows}
        published.add(round(sum(float(value) for (value,) in rows), 4))
    return [
        (name, value)
        for name, value in secret.items()
        for larger in published
        for other in published
        if abs(larger - other - value) < CENT
    ]


def test_one_file_tells_nobodys_spend(desk: Desk) -> None:
    """A provider, vendor, month or name of one person, each in a month of its own."""
    lines = [line("2026-05-05", 31.0 + n, person) for n, person in enumerate(FIVE)]
    lines.append(line("2026-05-05", 77.77, "alice@acme.io", provider="openai", model="gpt"))
    lines += [
        line("2026-05-12", 21.0 + n, person, provider="openai", model="gpt")
        for n, person in enumerate(FIVE)
    ]
    # one person has nearly all of a month
    lines += [line("2026-06-02", 0.0001, person) for person in FIVE[:4]]
    lines.append(line("2026-06-02", ALICE, "alice@acme.io"))
    # one person under five names
    names = ("alice@acme.io", "alice", "alice.smith@acme.io", "Alice Smith", "alice+gpt@acme.io")
    lines += [line("2026-07-07", 155.554, name) for name in names]
    # a vendor of one person
    lines += [line("2026-08-04", 41.0 + n, person) for n, person in enumerate(FIVE)]
    lines += [
        line(f"2026-08-{day}", 50.0, "alice@acme.io", provider="secretvendor", account="hers")
        for day in ("05", "19")
    ]
    load(desk, "spend.csv", lines)
    assert amounts(desk, {"alice": 77.77}) == []
    assert desk.rows("select distinct gap from spend where month(day) in (6, 7)") == [
        ("too few people",)
    ]
    assert desk.rows("select sum(cost_usd) from spend where month(day) in (6, 7)") == [(None,)]
    content = (desk.folder / "data" / "headway.duckdb").read_bytes()
    assert b"secretvendor" not in content
    assert desk.rows("select round(sum(cost_usd), 2) from spend where month(day) = 8") == [
        (215.0 + 100.0,)
    ]


def test_totals_beside_persons_tell_nobodys_spend(desk: Desk) -> None:
    """Both files come at once: an account in May, a model in June and a day in July are of one."""
    alone = {
        "05": line("2026-05-06", ALICE, "alice@acme.io", account="hers"),
        "06": line("2026-06-06", ALICE, "alice@acme.io", model="sonnet"),
        "07": line("2026-07-20", ALICE, "alice@acme.io"),
    }
    five = [
        line(f"2026-{month}-06", 101.0 + index, person)
        for month in alone
        for index, person in enumerate(FIVE)
    ]
    totals = [
        line("2026-05-31", 515.0, ""),
        line("2026-05-31", ALICE, "", account="hers"),
        line("2026-06-30", 515.0, ""),
        line("2026-06-30", ALICE, "", model="sonnet"),
        line("2026-07-06", 515.0, "", account="all"),
        line("2026-07-20", ALICE, "", account="all"),
    ]
    for name, lines in (("persons.csv", [*five, *alone.values()]), ("totals.csv", totals)):
        (desk.folder / name).write_text(HEADER + "".join(lines), encoding="utf-8")
    done = desk.run("import", "persons.csv", "totals.csv", "--as", "spend")
    assert done.code == 0, done.err
    assert amounts(desk, {"alice": ALICE}) == []
    sums = "select month(day), sum(cost_usd) from spend group by 1 order by 1"
    assert desk.rows(sums) == [(5, 515.0), (6, 515.0), (7, 515.0)]
    gaps = "select day::varchar from spend where gap = 'too few people' order by 1"
    assert desk.rows(gaps) == [("2026-05-31",), ("2026-06-30",), ("2026-07-20",)]


def test_no_sequence_of_files_and_days_tells_anybodys_spend(desk: Desk) -> None:
    """Earlier days, changed lists of people, narrower exports, and lost records."""
    listed = "login,email,team\n" + "".join(f"{name[:2]},{name},Shop\n" for name in FIVE)
    extra = "p6,p6@acme.io,Shop\nalice,alice@acme.io,Shop\n"
    (desk.folder / "data" / "seeds" / "people.csv").write_text(listed + extra, encoding="utf-8")
    may = [line("2026-05-05", 100.0 + n, person) for n, person in enumerate(FIVE)]
    may.append(line("2026-05-06", ALICE, "alice@acme.io"))
    june = [line("2026-06-02", 11.0 + n, person) for n, person in enumerate([*FIVE, "p6@acme.io"])]
    load(desk, "spend.csv", may + june)
    # an import publishes with the people of today
    assert desk.rows("select distinct team from spend_by_team") == [("Shop",)]
    secret = {"alice": ALICE, "alice again": 55.55, "p5": 77.77}
    monthly = "select month(day), round(sum(cost_usd), 2) from spend where cost_usd > 0 group by 1"
    before = [(5, 510.0 + ALICE), (6, 81.0)]
    assert sorted(desk.rows(monthly)) == [(month, round(usd, 2)) for month, usd in before]
    # an earlier day shows a week whole or not at all
    assert desk.run("publish", "--as-of", "2026-05-05").code == 0
    (early,) = (desk.folder / "data" / "snapshots").glob("as-of-*.duckdb")
    done = desk.run(
        "sql", "select count(*) from spend where cost_usd > 0", "--csv", "--snapshot", str(early)
    )
    assert done.out.split()[-1] == "0", done
    # people who are no longer listed do not become others, and one new day is no news
    (desk.folder / "data" / "seeds" / "people.csv").write_text(listed, encoding="utf-8")
    load(desk, "more.csv", [*june, line("2026-06-03", 77.77, "p5@acme.io")])
    assert amounts(desk, secret) == []
    # a narrower export of a day leaves what was published
    load(desk, "alice.csv", [line("2026-05-05", 55.55, "alice@acme.io")])
    assert amounts(desk, secret) == []
    assert sorted(desk.rows(monthly)) == [(month, round(usd, 2)) for month, usd in before]
    # a ledger that does not remember what was published is not published
    shutil.copy(desk.folder / "data" / "ledger.duckdb", desk.folder / "kept.duckdb")
    (desk.folder / "data" / "ledger.duckdb").unlink()
    (desk.folder / "late.csv").write_text(
        HEADER + line("2026-05-05", 55.55, "alice@acme.io"), encoding="utf-8"
    )
    done = desk.run("import", "late.csv", "--as", "spend")
    assert done.code == 2
    assert "does not remember" in done.problem
    assert desk.run("restore", "kept.duckdb", "--yes").code == 0
    assert desk.run("publish").code == 0
    assert sorted(desk.rows(monthly)) == [(month, round(usd, 2)) for month, usd in before]


def test_no_second_source_of_the_same_money_tells_anybodys_spend(desk: Desk) -> None:
    """Reports of persons' machines beside an invoice, and a gateway's totals beside persons."""
    header = f"{HEADER.strip()},basis\n"
    may = [f"2026-05-{day:02},100,anthropic,api,opus,acme,,invoice\n" for day in range(1, 32)]
    may.append(f"2026-05-06,{ALICE},anthropic,api,opus,hers,alice@acme.io,client\n")
    # Alice has nearly all of Anthropic in June, so that hers is not published
    june = [
        f"2026-06-02,{21.0 + n},openai,api,gpt,acme,{person},cost_api\n"
        for n, person in enumerate(FIVE)
    ]
    june.append(f"2026-06-02,{ALICE},anthropic,api,opus,acme,alice@acme.io,cost_api\n")
    june.append(f"2026-06-02,{115.0 + ALICE},litellm,api,,gate,,gateway\n")
    for name, lines in (("may", may), ("june", june)):
        (desk.folder / f"{name}.csv").write_text(header + "".join(lines), encoding="utf-8")
    done = desk.run("import", "may.csv", "june.csv", "--as", "spend")
    assert done.code == 0, done.err
    assert amounts(desk, {"alice": ALICE}) == []
    assert desk.rows("select sum(cost_usd) from spend where month(day) = 5") == [(3100.0,)]
    assert desk.rows(
        "select provider, round(sum(cost_usd), 2) from spend where cost_usd > 0 and month(day) = 6 "
        "group by all"
    ) == [("openai", 115.0)]
    hers = "select count(*) from spend_reconciliation where account = 'hers' or days = 1"
    assert desk.rows(f"{hers} and provider <> 'openai'") == [(0,)]
