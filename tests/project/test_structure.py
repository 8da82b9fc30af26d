"""Structure of the project: imports between rooms, published tables, forbidden texts."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import duckdb
import pytest

from queries.sql_files import checks, metric_sql, models, read_sql
from tests.support.machine import ROOT

#: rooms that each room may import; tests may import anything
ROOMS: dict[str, set[str]] = {
    "collectors": {"collectors"},
    "queries": {"queries"},
    "headway": {"collectors", "headway", "queries"},
    "dashboard": {"headway", "queries"},
}
#: files or folders that may import each outside package
IMPORTERS: dict[str, tuple[str, ...]] = {
    "adbc_driver_manager": ("queries/publish/targets/postgresql.py",),
    "adbc_driver_postgresql": ("queries/publish/targets/postgresql.py",),
    "anyio": ("headway/cli/mcp_server.py",),
    "click": ("headway/cli/",),
    "duckdb": (
        "collectors/github/documents.py",
        "collectors/imports/spend/",
        "collectors/ledger/",
        "collectors/spend/usage/",
        "headway/cli/exit_codes.py",
        "headway/config/",
        "queries/publish/",
        "queries/read/archive.py",
        "queries/read/cases.py",
        "queries/read/query_child.py",
        "queries/read/snapshot.py",
    ),
    "genai_prices": ("queries/publish/spend.py",),
    "github": ("collectors/github/client.py",),
    "jwt": ("collectors/github/app.py",),
    "mcp": ("headway/cli/mcp_server.py",),
    "mcp_types": ("headway/cli/mcp_server.py",),
    "numpy": ("collectors/answers.py", "queries/publish/budgets.py", "queries/statistics/"),
    "pandas": ("collectors/ledger/store.py", "headway/ui/", "queries/"),
    "plotly": ("headway/ui/",),
    "pydantic": ("collectors/github/", "collectors/spend/", "headway/config/"),
    "pydantic_core": ("collectors/spend/models.py", "headway/config/"),
    "pyarrow": ("collectors/spend/usage/", "queries/publish/targets/parquet.py"),
    "requests": (
        "collectors/answers.py",
        "collectors/github/",
        "collectors/spend/client.py",
        "headway/cli/webhook.py",
    ),
    "rich": ("headway/cli/progress.py",),
    "scipy": ("queries/publish/identities.py", "queries/statistics/"),
    "sqlalchemy": ("collectors/spend/usage/engines.py",),
    "starlette": ("headway/ui/server.py",),
    "streamlit": ("dashboard.py", "headway/ui/"),
    "urllib3": ("collectors/answers.py",),
    "yaml": ("collectors/imports/experiment_files.py",),
}
LONGEST_CHAIN = 8
CLOCKS = re.compile(
    r"(?<![\w$])(now\s*\(|today\s*\(|current_date|current_time\w*|current_localtime\w*|"
    r"get_current_\w+|localtime\w*|transaction_timestamp|random\s*\(|uuid\s*\()"
)
SHOUTED = re.compile(
    r"\b(SELECT|FROM|WHERE|JOIN|GROUP|ORDER|UNION|CASE|WHEN|AND|OR|NOT|NULL|WITH|AS)\b"
)
#: patterns that do not match their own source
FORBIDDEN = {
    "a path of one machine": re.compile(r"/(?:work|root|home|tmp|Users)/[a-z]"),
    "the address of a registry": re.compile(
        r"pypi\.org|pythonhos[t]ed|npmj[s]\.|registry\.[a-z]+\.[a-z]|index-[u]rl ="
    ),
    "an open task": re.compile(r"\b(?:TO[D]O|FIX[M]E|XX[X])\b"),
}
#: the columns that analysts rely on, as the contract lists them
CONTRACT = {
    "snapshot": "id as_of published_at headway_version contract_version is_synthetic",
    "repositories": """
        repo host is_imported default_branch is_archived language topics created_at synced_until
        deleted_at""",
    "pull_requests": """
        repo number title url author author_kind responsible responsible_rule role
        is_engineering_role team
        author_association work_type work_type_rule work_type_reason
        work_category work_category_rule work_category_reason authorship authorship_rule
        ai_tool state
        base_branch
        is_default_base is_draft was_draft opened_at ready_at first_commit_at
        first_response_at first_review_at first_approval_at merged_at closed_at reopened_count
        merged_by_kind released_at deployed_at coding_hours pickup_hours review_hours cycle_hours
        lead_hours
        had_early_feedback additions deletions changed_files size_band is_merged_unreviewed
        is_independently_reviewed
        reviewer_count is_revert reverted_at durability milestone labels""",
    "pull_request_areas": "repo number area additions deletions is_first_time",
    "pull_request_issues": "repo number issue_repo issue_number",
    "issues": """
        repo number tracker title url author author_kind is_outside_author state state_reason
        opened_at closed_at
        closed_by_kind reopened_count first_response_at response_hours resolution_hours is_ux_debt
        is_experiment
        is_feedback is_incident is_capability milestone labels""",
    "issue_intervals": "repo number kind entered_at left_at entered_by left_by left_by_kind",
    "milestones": """
        repo number title url state due_on created_at closed_at is_capability issue_count
        pull_request_count""",
    "expectations": """
        position metric category scope is_at_most target from_on by_on owner why state reason
        sentence
        value least most lo hi n needed baseline window_start window_end guardrail guardrail_value
        guardrail_baseline decided_on""",
    "agent_changes": """
        repo number first_number first_opened_at attempt attempts human_rework human_rework_reason
        needs_review hand_off""",
    "offload": """
        month team category authorship n merged durable provisional human_rework
        human_rework_observable handed_off""",
    "knowledge_files": """
        repo path kind level scope also_at size_bytes rules rules_with_a_reason has_why landed_at
        last_edited_at changes_since changes_of_year is_stale owner_kind owner owner_level
        owner_is_senior deleted_at""",
    "knowledge_coverage": """
        repo number area files scoped root stale owned scoped_fresh_owned""",
    "decisions": """
        repo path status has_status decided_on has_why superseded_by deleted_at""",
    "areas": "repo area first_merged_at last_merged_at pull_request_count is_alive",
    "experiments": "repo key number title url source started_at shipped_at decided_at decision",
    "releases": "repo tag published_at",
    "deployments": """
        repo deployment environment is_production commit_oid created_at deployed_at failed_at state
        restored_at
        restore_hours pull_request_count""",
    "incidents": "repo key number title url source severity opened_at resolved_at restore_hours",
    "rework": "repo number by_number by_repo by_key kind happened_at",
    "shipments": """
        repo shipment shipment_key shipped_at environment commit_oid url pull_request_count
        is_observable is_provisional
        has_failed""",
    "change_failures": "repo shipment shipment_key shipped_at kind number by_key happened_at",
    "review_load": "repo number team week reviewer lines",
    "outcomes": """
        outcome_id kind also_kinds is_linked repo ref team authorship happened_on durable_after
        durability""",
    "outcome_items": "outcome_id repo number",
    "spend": """
        day account provider tool model cost_basis charge cost_usd tokens requests
        is_counted is_provisional
        is_in_scope is_estimate spread_days gap""",
    "spend_by_team": "month team provider cost_usd spenders_band",
    "spend_per_engineer": "month team n_band usd_per_person",
    "engineers": "month team engineers_band engineers basis",
    "tools": "month tool provider cost_usd share decision",
    "spend_reconciliation": """
        month source account provider cost_basis cost_usd counted_usd counted_days days
        rows_without_price""",
    "survey_scores": """
        survey wave wave_start wave_end team item version scale polarity n mean sd lo hi favourable
        favourable_lo favourable_hi response_rate mean_least mean_most favourable_least
        favourable_most""",
    "survey_comments": "survey wave item comment",
    "rules": "kind rule position field pattern value tier tool source repositories matched",
    "metrics": "metric question page title unit better definition definition_hash is_headline sql",
    "answers": """
        question metric title unit better quarter comparison status scope_kind scope event variant
        current baseline effect
        effect_kind lo hi level p p_adjusted se df history_weeks n_pairs n_family
        n_current n_baseline n_missing n_excluded verdict
        reason sentence verdict_sentence busy_week
        guardrail decided_on left_out window_start window_end baseline_start baseline_end as_of
        synced_until definition definition_hash
        sql inputs_sql""",
    "verdicts": """
        metric scope_kind scope quarter comparison event variant definition_hash
        is_current_definition decided_on current baseline n_current n_baseline effect lo hi level p
        p_adjusted verdict reason guardrail""",
    "budget": "month budget_usd",
    "forecasts": """
        made_on period counted_until spent seats point lo hi budget_usd p_over_budget breach_on
        coverage coverage_n
        reason break_on break_kind""",
    "forecast_days": "made_on period day point lo hi",
    "answer_inputs": """
        metric scope_kind scope quarter comparison event variant series window block numerator
        denominator moves threshold is_masked
        regime""",
    "reconciliation": "repo month kind stored at_github",
    "loads": "source scope started_at finished_at status message",
    "checks": "check_name description failing_rows",
    "events": "kind name happened_on",
}

#: the last sentence of each published table's comment
STABILITY = ". Columns are stable unless marked experimental."


def files(pattern: str = "*") -> Iterator[Path]:
    """Yield the files of the project, without those of tools and users."""
    for path in sorted(ROOT.rglob(pattern)):
        parts = path.relative_to(ROOT).parts
        hidden = [
            part for part in parts if part.startswith(".") and part not in (".ci", ".streamlit")
        ]
        made = {"__pycache__", "build", "dist", "headway.egg-info", "screenshots"} & set(parts)
        if (
            path.is_file()
            and not hidden
            and not made
            and parts[0] != "data"
            and parts != ("headway.toml",)
        ):
            yield path


def name_of(path: Path) -> str:
    """Return a file's path in the project."""
    return path.relative_to(ROOT).as_posix()


def imported(path: Path) -> set[str]:
    """Return the packages that a module imports, in functions too."""
    result = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            result |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.module and not node.level, f"{name_of(path)} imports by a relative name"
            result.add(node.module.partition(".")[0])
    return result


def rooms() -> Iterator[tuple[str, Path]]:
    """Yield every module of the product with its room."""
    for path in files("*.py"):
        room = name_of(path).partition("/")[0].removesuffix(".py")
        if room != "tests":
            yield room, path


def test_rooms_import_only_allowed_rooms() -> None:
    assert {room for room, _ in rooms()} == set(ROOMS)
    for room, path in rooms():
        assert imported(path) & set(ROOMS) <= ROOMS[room], name_of(path)


def test_outside_packages_are_imported_only_by_their_rooms() -> None:
    outside = {
        name: imported(path) - set(ROOMS) - set(sys.stdlib_module_names)
        for name, path in ((name_of(path), path) for _, path in rooms())
    }
    assert {package for packages in outside.values() for package in packages} == set(IMPORTERS)
    for name, packages in outside.items():
        for package in packages:
            assert name.startswith(IMPORTERS[package]), f"{name} imports {package}"


def module_name(path: Path) -> str:
    """Return the dotted name of a module; of a package, without ``__init__``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def import_graph() -> dict[str, set[str]]:
    """Return the modules that each module of the product imports.

    Imports in functions and under TYPE_CHECKING count. Packages that a module only passes through
    do not: they contain no code.
    """
    paths = {module_name(path): path for _, path in rooms()}
    graph: dict[str, set[str]] = {}
    for name, path in paths.items():
        targets: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                targets |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                members = {f"{node.module}.{alias.name}" for alias in node.names}
                submodules = members & set(paths)
                targets |= submodules
                if members - submodules:
                    targets.add(node.module)
        graph[name] = targets & set(paths) - {name}
    return graph


def longest_chain(graph: dict[str, set[str]]) -> list[str]:
    """Return the longest chain of imports; raises CycleError on a cycle."""
    chains: dict[str, list[str]] = {}
    for name in TopologicalSorter(graph).static_order():
        imports = [chains[target] for target in graph[name]]
        chains[name] = [name, *max(imports, key=len, default=[])]
    return max(chains.values(), key=len)


def test_import_graph_has_no_cycle_and_no_chain_of_more_than_8_modules() -> None:
    chain = longest_chain(import_graph())
    assert len(chain) <= LONGEST_CHAIN, f"{len(chain)} modules: {' > '.join(chain)}"


def test_a_cycle_of_imports_is_an_error() -> None:
    with pytest.raises(CycleError):
        longest_chain({"a": {"b"}, "b": {"c"}, "c": {"a"}})
    assert longest_chain({"a": {"b"}, "b": set(), "c": {"a"}}) == ["c", "a", "b"]


def test_sql_has_no_clock_and_no_upper_case_keywords() -> None:
    result = list(files("*.sql"))
    assert len(result) > 60
    for path in result:
        statement = re.sub(r"--.*|'[^']*'", "", path.read_text(encoding="utf-8"))
        assert not CLOCKS.search(statement), name_of(path)
        assert not SHOUTED.search(statement), name_of(path)


def test_every_sql_file_has_a_definition() -> None:
    for path in (path for path in files("*.sql") if name_of(path).startswith("queries/")):
        definition = read_sql(path).definition
        assert re.match(r"[A-Z]", definition) and definition.endswith("."), name_of(path)


@pytest.fixture(scope="module")
def published(empty: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an empty ledger's published file."""
    with duckdb.connect(str(empty), read_only=True) as result:
        yield result


def columns(db: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[str, str]]]:
    """Return the columns of each published table with their comments, in order."""
    by_key: dict[str, list[tuple[str, str]]] = {}
    rows = db.execute(
        "select table_name, column_name, comment from duckdb_columns() "
        "where not internal order by column_index"
    ).fetchall()
    for table, column, comment in rows:
        by_key.setdefault(table, []).append((column, comment))
    return by_key


def test_the_published_tables_are_those_of_the_contract(
    published: duckdb.DuckDBPyConnection,
) -> None:
    result = columns(published)
    assert set(result) == set(CONTRACT)
    for table, names in CONTRACT.items():
        assert set(names.split()) <= {column for column, _ in result[table]}, table
    kinds = published.execute(
        "select distinct table_type from information_schema.tables"
    ).fetchall()
    assert kinds == [("BASE TABLE",)]
    assert (
        published.execute(
            "select function_name from duckdb_functions() where not internal"
        ).fetchall()
        == []
    )


def test_every_table_and_column_is_described_in_the_header_of_its_file(
    published: duckdb.DuckDBPyConnection,
) -> None:
    comments = dict(published.execute("select table_name, comment from duckdb_tables()").fetchall())
    headers = {
        path.stem: read_sql(path) for path in (ROOT / "queries" / "sql" / "frames").glob("*.sql")
    }
    headers |= {model.name: model for model in models() if model.is_published}
    result = columns(published)
    assert set(headers) == set(result)
    for name, header in headers.items():
        assert list(header.columns) == [column for column, _ in result[name]], name
        assert [comment for _, comment in result[name]] == list(header.columns.values())
        assert comments[name] == header.definition
        assert "Grain: " in header.definition, name
        assert header.definition.endswith(STABILITY), name


def test_staging_and_intermediate_models_are_not_published(
    published: duckdb.DuckDBPyConnection,
) -> None:
    names = {model.name for model in models() if not model.is_published}
    assert len(names) > 20
    assert not names & set(columns(published))
    assert all(name.startswith(("stg_", "int_")) for name in names)


def test_metrics_and_checks_have_a_definition() -> None:
    for path in (ROOT / "queries" / "sql" / "metrics").glob("*.sql"):
        message = metric_sql(path.stem).definition
        assert message.endswith(".") and len(message) > 40, path.stem
    assert all(check.definition.endswith(".") for check in checks())


def test_every_listing_and_scope_is_used() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for _, path in rooms())
    for folder in ("listings", "scopes"):
        for path in (ROOT / "queries" / "sql" / folder).glob("*.sql"):
            assert f'"{path.stem}"' in code, name_of(path)


def test_no_file_names_a_machine_a_registry_or_an_open_task() -> None:
    for path in files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        for label, pattern in FORBIDDEN.items():
            assert pattern.findall(text) == [], f"{name_of(path)} names {label}"


def test_commands_print_through_one_module() -> None:
    printed = re.compile(
        r"(?<![.\w])print\(|\b(?:click|console)\.(?:echo|confirm)\(|stdout\.write\("
    )
    for _, path in rooms():
        if name_of(path).startswith("headway/cli/") and path.name != "terminal.py":
            calls = printed.findall(path.read_text(encoding="utf-8"))
            assert calls == [], name_of(path)
