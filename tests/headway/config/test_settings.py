"""headway.toml is read strictly, and what is wrong is one line that names its place."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.config.errors import SettingsError
from headway.config.rules import KINDS, WorkType
from headway.config.settings import (
    ARRAYS,
    EXAMPLE,
    TABLES,
    BudgetTable,
    CheckTable,
    ClosedTable,
    DecisionTable,
    GitHubTable,
    MarginsTable,
    PublishTable,
    RolloutTable,
    Settings,
    SpendTable,
    parse_settings,
    read_settings,
    write_settings,
)

FILE = Path("headway.toml")
RULE = '[[work_types]]\nrule = "r"\nfield = "title"\npattern = "x"\nwork_type = "feature"\n'
ROLLOUT = '[[rollouts]]\nname = "Agents"\non = 2026-03-02\ntransition_days = 28\n'
CLOSED = '[[closed_periods]]\nname = "Shutdown"\nfrom = 2026-08-03\nto = 2026-08-16\n\n'
BUDGET = '[[budgets]]\nmonth = "2026-11"\nusd = 20000\n'
TWO = '[[github]]\nrepos = ["a/b"]\n[[github]]\n'
MISTAKES = {
    "[github]\nreops = []": "line 2, column 1: unknown key 'reops'; did you mean repos?",
    '[publish]\n"0" = 1': "line 2, column 1: unknown key '0'; known here: people, durable_days",
    "[[rollouts]]\nname = '\u3000'\non = 2026-03-02": "line 2, column 1: name: must not be empty",
    '[[budgets]]\nmonth = "20\u0662\u0666-11"\nusd = 1': "line 2, column 9: month: '20",
    "[githb]": "line 1, column 1: unknown key 'githb'; did you mean github?",
    "\nrepos = []": "line 2, column 1: unknown key 'repos'; it belongs under [github]",
    "[publish]\n  keep_bodies = true": (
        "line 2, column 3: unknown key 'keep_bodies'; it belongs under [github]"
    ),
    '[github]\nexperiments = ["../a"]': (
        "line 2, column 16: experiments: '../a' is not a path; write a file or folder"
    ),
    "[publish]\nwidth = 1": (
        "line 2, column 1: unknown key 'width'; known here: people, durable_days, failure_days"
    ),
    "[github]\nTOKEN = 'ghp_x'": (
        "line 2, column 1: no token belongs in this file; set GITHUB_TOKEN"
    ),
    "github = 1": "line 1, column 1: github is a table; write [github] above its keys",
    "github = [1]": "line 1, column 1: github is a table; write [github] above its keys",
    "[[github]]\n[[github]]\nreops = []": (
        "line 3, column 1: unknown key 'reops'; did you mean repos?"
    ),
    f"{TWO}base_url = 'https://API.GitHub.com:443/'": (
        "line 4, column 1: https://API.GitHub.com:443 is repeated"
    ),
    f"{TWO}base_url = 'https://x'": (
        "line 3, column 1: GITHUB_TOKEN is for another GitHub; name another variable"
    ),
    "[github]\n token_env = 'ghp_x'": (
        "line 2, column 2: token_env: must be the name of an environment variable"
    ),
    "[github]\napp_id = 7": "line 2, column 1: app_key_env is missing; a GitHub App needs both",
    "[github]\napp_key_env = 'KEY'": "line 2, column 1: app_id is missing; a GitHub App needs both",
    "[github]\napp_id = 0": "line 2, column 1: app_id: must be greater than or equal to 1",
    "[github]\nforks = 1": "line 2, column 1: forks: must be true or false",
    '[github]\ninclude = ["acme"]': (
        "line 2, column 12: include: 'acme' is not a pattern for owner/name; "
    ),
    '[github]\nexclude = ["a/[z-a]"]': (
        "line 2, column 12: exclude: 'a/[z-a]' is not a pattern for owner/name"
    ),
    "[rollouts]\nname = 'x'": (
        "line 1, column 1: rollouts is a list of tables; write [[rollouts]] above each"
    ),
    '[github]\nrepos = "a/b"': (
        'line 2, column 9: repos: must be a list of texts in quotes, such as ["one", "two"]'
    ),
    "[github]\nrepos = [1]": "line 2, column 1: repos: must be text in quotes",
    '[github]\nrepos = [\n  "a/b",\n  "c",\n]': (
        "line 4, column 3: repos: 'c' is not a repository; write owner/name"
    ),
    '[github]\nrepos = ["a/b\\n"]': "line 2, column 10: repos: 'a/b\\n' is not a repository",
    '[github]\norgs = ["a/b"]': (
        "line 2, column 9: orgs: 'a/b' is not an owner; write the name without a slash"
    ),
    '[github]\nbase_url = "ghe.example"': (
        "line 2, column 12: base_url: not an address; write https://api.github.com"
    ),
    '[github]\nbase_url = "https://["': "line 2, column 12: base_url: not an address",
    '[github]\nbase_url = "https://x:99999"': "line 2, column 12: base_url: not an address",
    '[github]\nbase_url = "https://me:pw@x"': "line 2, column 12: base_url: more than an address",
    '[github]\nbase_url = "https://github.com"': (
        "line 2, column 12: base_url: the address of GitHub's pages"
    ),
    "[github]\nkeep_bodies = 1": "line 2, column 1: keep_bodies: must be true or false",
    "[publish]\ndurable_days = true": "line 2, column 1: durable_days: must be a whole number",
    "[publish]\ndurable_days = 14.0": "line 2, column 1: durable_days: must be a whole number",
    "[publish]\ndurable_days = 0": (
        "line 2, column 1: durable_days: must be greater than or equal to 1"
    ),
    "[publish]\nsmall_group = 10_000_000": (
        "line 2, column 1: small_group: must be less than or equal to 1000"
    ),
    '[publish]\npeople = "all"': (
        "line 2, column 10: people: must be 'none', 'pseudonyms' or 'names'"
    ),
    '[[rollouts]]\nname = "a"': "line 1, column 1: on is missing; add it to this table",
    '[[rollouts]]\nname = "a"\non = 2026-03-02T10:00:00Z': (
        "line 3, column 1: on: must be a date, such as 2026-03-02"
    ),
    '[[rollouts]]\nname = " "\non = 2026-03-02': "line 2, column 8: name: must not be empty",
    '[[rollouts]]\nname = "a"\non = 2026-03-02\nteams = "b"': (
        'line 4, column 9: teams: must be a list of texts in quotes, such as ["one", "two"]'
    ),
    '[[rollouts]]\nname = "a"\non = 2026-03-02\ntransition_days = 400': (
        "line 4, column 1: transition_days: must be less than or equal to 365"
    ),
    f"{ROLLOUT}{ROLLOUT}": "line 6, column 1: Agents of 2026-03-02 is repeated; keep one",
    '[[closed_periods]]\nname = "a"\nfrom = 2026-08-03': (
        "line 1, column 1: to is missing; add it to this table"
    ),
    '[[closed_periods]]\nname = "a"\nfrom = 2026-08-03\nto = 2026-08-02': (
        "line 4, column 1: to: must not be before from, 2026-08-03; it is the last closed day"
    ),
    '[[baselines]]\nquarter = "2026-Q5"': (
        "line 2, column 11: quarter: '2026-Q5' is not a quarter; write one such as 2026-Q1"
    ),
    2 * '[[baselines]]\nquarter = "2025-Q1"\n': "line 4, column 1: 2025-Q1 is repeated; keep one",
    f"{CLOSED}{CLOSED}": "line 7, column 1: Shutdown of 2026-08-03 is repeated; keep one",
    "[guardrail_margins]\nrevert_rate = 2": (
        "line 2, column 1: revert_rate: must be less than or equal to 1"
    ),
    "[guardrail_margins]\ntime_to_restore = -0.5": (
        "line 2, column 1: time_to_restore: must be greater than or equal to 0"
    ),
    "[guardrail_margins]\nhotfixes = 0.1": (
        "line 2, column 1: unknown key 'hotfixes'; known here: revert_rate, change_failure_rate"
    ),
    f'{RULE}[[rollouts]]\nname="a"\non=2026-03-02\n[[rollouts]]\nname="b"\non=1': (
        "line 11, column 1: on: must be a date"
    ),
    f"{RULE}[[work_types]]\nrule = 'x'": "line 6, column 1: field is missing; add it to this table",
    "publish.durable_days = 0": (
        "line 1, column 1: durable_days: must be greater than or equal to 1"
    ),
    "[check]\nbudget_share = true": "line 2, column 1: budget_share: must be a number",
    "[check]\nbudget_share = nan": (
        "line 2, column 1: budget_share: must be less than or equal to 100"
    ),
    "[check]\nbudget_risk = 2": "line 2, column 1: budget_risk: must be less than or equal to 1",
    '[check]\nwebhook_env = "https://x/pw"': (
        "line 2, column 15: webhook_env: must be the name of an environment variable"
    ),
    '[[budgets]]\nmonth = "2026-13"\nusd = 1': (
        "line 2, column 9: month: '2026-13' is not a month; write one such as 2026-11"
    ),
    '[[budgets]]\nmonth = "2026-11"': "line 1, column 1: usd is missing; add it to this table",
    "[[budgets]]\nfrom = 2026-11-01\nusd = 1": "line 2, column 1: from: must be text in quotes",
    '[[budgets]]\nfrom = "2026-11"\nusd = -1': (
        "line 3, column 1: usd: must be greater than or equal to 0"
    ),
    "[[budgets]]\nusd = 1": (
        'line 1, column 1: write either month or from, such as month = "2026-11"'
    ),
    '[[budgets]]\nmonth = "2026-11"\nfrom = "2026-11"\nusd = 1': (
        "line 1, column 1: write either month or from"
    ),
    f"{BUDGET}{BUDGET}": "line 4, column 1: 2026-11 has a budget already; keep one",
    "[github\n": (
        "line 1, column 8: not TOML (Expected ']' at the end of a table declaration); correct it "
        "there"
    ),
    "[github]\nrepos = [": ", at its end: not TOML (Invalid value); correct it there",
    "[github]\nx = 1\nx = 2\n": (
        "line 3, column 6: not TOML (Cannot overwrite a value); correct it there"
    ),
    "x = " + "9" * 5000: "headway.toml: not TOML (Exceeds the limit",
    "x = " + "[" * 5000: "headway.toml: nested too deeply",
}


@pytest.mark.parametrize("text", MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_one_line_that_names_its_place(text: str) -> None:
    with pytest.raises(SettingsError) as raised:
        parse_settings(FILE, text)
    message = str(raised.value)
    assert message.startswith("headway.toml")
    assert MISTAKES[text] in message
    assert "\n" not in message
    assert "ghp_x" not in message
    assert "pw" not in message


def test_every_key_can_be_set(tmp_path: Path) -> None:
    file = tmp_path / "headway.toml"
    file.write_text(
        '\ufeff[github]\r\nrepos = ["a/b"]\norgs = ["c"]\n'
        'base_url = "https://ghe.example/api/v3/"\n'
        'include = ["c/*"]\nexclude = ["c/x-[!0-9]*"]\nforks = true\ntoken_env = "GHE"\n'
        'app_id = 7\napp_key_env = "KEY"\n'
        'keep_bodies = false\nexperiments = ["tried"]\n'
        '[publish]\npeople = "names"\ndurable_days = 30\nfailure_days = 3\nsmall_group = 8\n'
        "keep_last = 9\nkeep_daily = 0\nkeep_weekly = 53\n"
        '[check]\nbudget_share = 0.8\nbudget_risk = 1\nwebhook_env = "HOOK"\n'
        '[spend]\nscope = ["api"]\ncopilot_orgs = ["acme"]\nallow_http = ["proxy.example"]\n'
        f'{ROLLOUT}teams = ["App", "Growers"]\n{CLOSED}'
        "[guardrail_margins]\nrevert_rate = 0.01\nreview_load = 1\n"
        '[[tool_decisions]]\ntool = "copilot"\ndecision = "hold"\non = 2026-04-01\n'
        f'{BUDGET}[[budgets]]\nfrom = "2026-01"\nusd = 100\n' + RULE,
        encoding="utf-8",
    )
    settings = read_settings(file)
    assert settings == Settings(
        github=(
            GitHubTable(
                repos=("a/b",),
                orgs=("c",),
                include=("c/*",),
                exclude=("c/x-[!0-9]*",),
                forks=True,
                base_url="https://ghe.example/api/v3",
                token_env="GHE",
                app_id=7,
                app_key_env="KEY",
                keep_bodies=False,
                experiments=("tried",),
            ),
        ),
        publish=PublishTable(
            people="names",
            durable_days=30,
            failure_days=3,
            small_group=8,
            keep_last=9,
            keep_daily=0,
            keep_weekly=53,
        ),
        check=CheckTable(budget_share=0.8, budget_risk=1, webhook_env="HOOK"),
        spend=SpendTable(scope=("api",), copilot_orgs=("acme",), allow_http=("proxy.example",)),
        guardrail_margins=MarginsTable(revert_rate=0.01, review_load=1),
        rollouts=(
            RolloutTable(
                name="Agents", on=date(2026, 3, 2), transition_days=28, teams=("App", "Growers")
            ),
        ),
        closed_periods=(
            ClosedTable.model_validate(
                {"name": "Shutdown", "from": date(2026, 8, 3), "to": date(2026, 8, 16)}
            ),
        ),
        budgets=(
            BudgetTable.model_validate({"month": "2026-11", "usd": 20000}),
            BudgetTable.model_validate({"from": "2026-01", "usd": 100}),
        ),
        tool_decisions=(DecisionTable(tool="copilot", decision="hold", on=date(2026, 4, 1)),),
        work_types=(WorkType(rule="r", field="title", pattern="x", work_type="feature"),),
    )


def test_each_github_is_a_table_of_its_own() -> None:
    text = (
        '[[github]]\norgs = ["acme"]\n[[github]]\norgs = ["acme"]\n'
        'base_url = "https://ghe.example/api/v3"\n'
        'token_env = "GHE_TOKEN"\n[[github]]\nbase_url = "https://ghe.example:8443/api/v3"\n'
        "app_id = 1\n"
        'app_key_env = "K"\n'
    )
    assert parse_settings(FILE, text).github == (
        GitHubTable(orgs=("acme",)),
        GitHubTable(orgs=("acme",), base_url="https://ghe.example/api/v3", token_env="GHE_TOKEN"),
        GitHubTable(base_url="https://ghe.example:8443/api/v3", app_id=1, app_key_env="K"),
    )
    assert parse_settings(FILE, "github = []") == Settings()


def test_an_empty_file_has_the_defaults_and_the_example_shows_them() -> None:
    assert parse_settings(FILE, "") == Settings()
    text = EXAMPLE.read_text("utf-8").replace('repos = ["owner/name"]', "repos = []")
    assert parse_settings(FILE, text) == Settings()


def test_what_the_example_comments_out_can_be_used() -> None:
    text = re.sub(r"^# (\[\[|\w+ = )", r"\1", EXAMPLE.read_text("utf-8"), flags=re.M)
    result = parse_settings(FILE, text)
    assert len(result.rollouts) == len(result.budgets) == len(result.tool_decisions) == 1
    assert [row.quarter for row in result.baselines] == ["2025-Q1"]
    assert [row.to - row.from_ for row in result.closed_periods] == [timedelta(days=13)]
    assert {kind: len(rows) for kind, rows in result.rules.items()} == dict.fromkeys(KINDS, 1)
    keys = [key for table in TABLES.values() for key in table.model_fields]
    assert [key for key in keys if not re.search(rf"^{key} = ", text, re.M)] == []


def test_what_is_written_is_read_again_and_a_wrong_name_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "new" / "headway.toml"
    with pytest.raises(SettingsError, match="'a' is not a repository"):
        write_settings(file, GitHubTable.model_construct(repos=("a",)))
    assert list(tmp_path.iterdir()) == []
    github = GitHubTable(repos=("a/b", "c/d"), orgs=("e",), base_url="http://x.example:8000")
    write_settings(file, github)
    assert read_settings(file) == Settings(github=(github,))
    assert [path.name for path in file.parent.iterdir()] == ["headway.toml"]


def test_a_file_that_is_no_text_says_so(tmp_path: Path) -> None:
    file = tmp_path / "headway.toml"
    file.write_bytes(b"[github]\n# caf\xe9\n")
    with pytest.raises(SettingsError, match="line 2: not UTF-8 text; save it as UTF-8"):
        read_settings(file)


NAMES = st.sampled_from(
    [
        "github",
        *TABLES,
        *ARRAYS,
        *PublishTable.model_fields,
        *GitHubTable.model_fields,
        "x",
        "token",
    ]
)
VALUES = st.recursive(
    st.sampled_from(
        [
            "true",
            "1",
            "-1",
            "1e3",
            "nan",
            '"a/b"',
            '"https://x"',
            "2026-03-02",
            "07:32:00",
            '""',
            "'''\n'''",
        ]
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda result: f"[{', '.join(result)}]"),
        st.tuples(NAMES, inner).map(lambda pair: f"{{ {pair[0]} = {pair[1]} }}"),
    ),
    max_leaves=4,
)
LINES = st.one_of(
    NAMES.map("[{}]".format),
    NAMES.map("[[{}]]".format),
    st.tuples(NAMES, VALUES).map(" = ".join),
    st.tuples(NAMES, NAMES, VALUES).map(lambda parts: f"{parts[0]}.{parts[1]} = {parts[2]}"),
    st.text(max_size=20),
)
WILD = st.one_of(
    st.binary(max_size=200),
    st.lists(LINES, max_size=8).map(lambda result: "\n".join(result).encode("utf-8")),
)


@given(WILD)
def test_wild_bytes_are_settings_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, wild: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "wild.toml"
    file.write_bytes(wild)
    try:
        result = read_settings(file)
    except SettingsError as error:
        index = r"(, line \d+(, column \d+)?|, at its end|)"
        assert re.fullmatch(rf"{re.escape(str(file))}{index}: [^\n]{{1,400}}", str(error))
    else:
        assert isinstance(result, Settings)
