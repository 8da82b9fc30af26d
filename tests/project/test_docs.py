"""README and docs: commands run, examples parse, tables match the product, links resolve."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from headway.cli import commands as headway
from headway.cli import exit_codes
from headway.config.compiled import compile_rules
from headway.config.settings import EXAMPLE, SignInTable, parse_settings
from headway.demo import EFFECTS
from queries.catalog import docs
from queries.catalog.catalog import PAGES as CATALOG_PAGES
from queries.catalog.catalog import QUESTIONS
from tests.headway.cli.test_serve import is_up
from tests.support.command import REPOS, Desk, Done, free_port, wait_until
from tests.support.github_server import Server
from tests.support.machine import ROOT

PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
}
TEXT = "\n".join(PAGES.values())
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.M | re.S)
EXPORTS = ROOT / "tests" / "collectors" / "imports" / "exports"
SURVEYS = EXPORTS.with_name("surveys")
COSTS = "day,cost_usd\n2026-03-02,12.50\n"
#: Lines of shell blocks that other tests run, or that set what tests set themselves. The two long
#: commands run in test_demo_rollout.py and in test_decisions.py.
ELSEWHERE = {"export", "make", "headway demo", "headway verify"}
#: commands that also publish; the pages but the README do without, and have a line for it
COLLECTING = {"refresh", "import"}
EXIT_CODES = (
    *("DONE", "SOME_FAILED", "NOTHING_PUBLISHED", "CROSSED", "WRONG_USAGE"),
    *("MISTAKE", "BUSY", "STOPPED", "TERMINATED"),
)


def blocks(page: str, kind: str) -> list[str]:
    """Return the code blocks of a page in a language."""
    return [text for language, text in BLOCK.findall(PAGES[page]) if language == kind]


def commands(page: str) -> list[list[str]]:
    """Return the lines of a page's shell blocks, split into words."""
    lines = "\n".join(blocks(page, "sh")).splitlines()
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def table(page: str, heading: str) -> list[str]:
    """Return the first column of the table whose first column has this heading."""
    row = rf"^\| {re.escape(heading)} \|.*\n\|[- |]+\n((?:\|.*\n)+)"
    match = re.search(row, PAGES[page], re.M)
    assert match, f"{page} has no table {heading}"
    return [line.strip("|").split(" | ")[0].strip() for line in match[1].splitlines()]


def code(cells: list[str]) -> list[str]:
    """Return the texts in backticks of some cells."""
    return re.findall(r"`([^`]+)`", " ".join(cells))


@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)])
def test_every_command_of_a_page_runs(
    page: str, offices: tuple[Server, Desk], tmp_path: Path
) -> None:
    github, office = offices
    desk = Desk(tmp_path) if page == "README.md" else office.copy(tmp_path / "desk")
    for program, *words in commands(page):
        is_collecting = page != "README.md" and words[0] in COLLECTING
        more = ["--no-publish"] if is_collecting else []
        run_line(desk, github.url, [Path(program).name, *words, *more])


def run_line(desk: Desk, url: str, line: list[str]) -> None:
    """Run a line of a shell block on the local GitHub; fail if its exit code is not 0."""
    program, *words = line
    if ELSEWHERE.intersection([program, " ".join(line)]):
        return
    if program == "duckdb":
        duckdb = shutil.which("duckdb", path=str(Path(sys.executable).parent)) or "duckdb"
        subprocess.run([duckdb, *words], cwd=desk.folder, capture_output=True, check=True)
        return
    assert program == "headway", line
    if words[0] == "init":
        repo = [REPOS[0] if word == "owner/name" else word for word in words[1:]]
        words = ["init", "--force", *repo, "--base-url", url, "--repo", REPOS[1]]
    elif words[0] == "import":
        folder = SURVEYS if (SURVEYS / words[1]).exists() else EXPORTS
        export = folder / words[1]
        (desk.folder / words[1]).write_text(
            export.read_text(encoding="utf-8") if export.exists() else COSTS, encoding="utf-8"
        )
    elif words[0] == "serve":
        port = free_port()
        with desk.start(*words, "--port", str(port)):
            wait_until(lambda: is_up(port), 60)
        return
    elif words[0] == "mcp":  # ends with its standard input, which is empty
        assert desk.run(*words) == Done(0, "", "")
        return
    result = desk.run(*words)
    assert result.code == 0, (words, result)
    assert result.out or result.err or "--no-publish" in words


def test_every_command_of_the_product_is_in_a_shell_block() -> None:
    lines = [line for page in PAGES for line in commands(page)]
    names = {line[1] for line in lines if Path(line[0]).name == "headway"}
    assert names == set(headway.COMMANDS)


def test_every_mentioned_command_and_option_exists() -> None:
    mentions = re.findall(r"`headway ([a-z]+(?: [-\w/.]+)*)", TEXT)
    assert len(mentions) > 10
    for name, *words in map(str.split, mentions):
        command = headway.cli.get_command(click.Context(headway.cli), name)
        assert command, name
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options | {"--help"}, name


def test_help_of_every_command_documents_its_options(tmp_path: Path) -> None:
    for name in headway.COMMANDS:
        command = headway.cli.get_command(click.Context(headway.cli), name)
        assert command, name
        result = Desk(tmp_path).run(name, "--help")
        assert result.code == 0
        assert result.out.startswith(f"Usage: headway {name} [OPTIONS]")
        options = [option for option in command.params if isinstance(option, click.Option)]
        assert all(option.help for option in options), name
        assert "--data DIRECTORY" in result.out and "--config FILE" in result.out


def test_toml_examples_are_valid_settings(tmp_path: Path) -> None:
    examples = [text for page in PAGES for text in blocks(page, "toml")]
    settings = [parse_settings(Path("headway.toml"), text) for text in examples]
    assert [len(item.github) for item in settings] == [2, *(1 for _ in settings[1:])]
    first, second = settings[0].github
    assert (first.orgs, first.exclude) == (("acme",), ("acme/*-archive",))
    assert second.app_key_env == "ACME_APP_KEY"
    app = settings[1].github[0]
    assert (app.app_id, app.app_key_env) == (123456, "HEADWAY_APP_KEY")
    rules = compile_rules(tmp_path, settings[2])
    own = [
        rule.rule for rule in rules if rule.source == "headway.toml" and rule.kind == "work_types"
    ]
    assert own == ["our-feature-label"]
    assert [rule.kind for rule in settings[3].label_rules] == ["production"]
    assert settings[4].ai_signals[0].rule == "our-greeter"
    assert settings[5].rollouts[0].teams == ("Checkout", "Growers")
    assert f"{settings[5].closed_periods[0].to}" == "2026-08-16"
    assert len(settings[6].budgets) == 1
    (targets,) = filter(None, (item.targets for item in settings))
    assert [target.kind for target in targets] == ["postgresql", "parquet"]
    signed_in = [item.sign_in for item in settings if item.sign_in != SignInTable()]
    assert [item.session_hours for item in signed_in] == [12, 12]
    *_, types, switched_off, categories, reviews = settings
    handbook, chores = types.work_types
    assert (handbook.repo, chores.repo) == ("acme/handbook*", "")
    in_force = {rule.rule for rule in compile_rules(tmp_path, switched_off)}
    assert "fix-words" in in_force
    assert "feature-words" not in in_force
    assert categories.work_categories[0].repo == "mlswg/mls-*"
    assert reviews.review_rules[0].max_lines == 0


def test_configuration_page_lists_every_key_of_the_example() -> None:
    section = ""
    keys = set()
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"(?:# )?\[+([\w.]+)\]+$", line):
            section = match[1]
        elif match := re.match(r"(?:# )?(\w+) = ", line):
            keys.add(f"{section}.{match[1]}")
    assert {"github.repos", "ai_signals.tier"} <= keys
    assert set(code(table("docs/configuration.md", "key"))) == keys | {"budgets.month"}


def test_exit_codes_of_the_page_are_those_of_the_product() -> None:
    expected = [int(getattr(exit_codes, name)) for name in EXIT_CODES]
    assert [int(cell) for cell in table("docs/operations.md", "exit code")] == expected


def test_log_events_of_the_page_are_those_of_the_product() -> None:
    sources = [*(ROOT / "headway").rglob("*.py"), *(ROOT / "collectors").rglob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    for event in code(table("docs/operations.md", "event of the log")):
        assert f'"{event}"' in text, event


def test_targets_of_the_readme_are_those_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):.*## ", makefile, re.M)) - {"help"}
    expected = {"make", *(f"make {target}" for target in targets)}
    assert set(code(table("README.md", "target"))) == expected


def test_every_room_of_the_project_is_in_the_architecture() -> None:
    hidden = {"__pycache__", "build", "screenshots"}
    rooms = {
        path.name + ("/" if path.is_dir() else "")
        for path in ROOT.iterdir()
        if (path.is_dir() or path.suffix == ".py")
        and path.name not in hidden
        and not path.name.startswith(".")
        and "egg" not in path.name
    }
    assert set(code(table("docs/architecture.md", "room"))) == rooms


def test_generated_pages_are_current() -> None:
    for page, text in (
        ("docs/metrics.md", docs.metrics_table()),
        ("docs/data-dictionary.md", docs.data_dictionary()),
    ):
        generated = PAGES[page].partition(f"{docs.BEGIN}\n")[2].partition(f"\n{docs.END}")[0]
        assert generated == text, f"run python -m queries.catalog.docs to renew {page}"


@pytest.mark.parametrize("page", PAGES)
def test_links_of_a_page_resolve(page: str) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", PAGES[page]):
        if re.match(r"https?:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (ROOT / page).parent / file if file else ROOT / page
        assert target.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.M)
            slugs = {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in headings}
            assert anchor in slugs, link


@pytest.mark.parametrize("page", PAGES)
def test_files_that_a_page_names_exist(page: str) -> None:
    rooms = "collectors|dashboard|deploy|docs|headway|queries|tests"
    paths = re.findall(rf"`((?:{rooms})/[\w/.-]+)`", PAGES[page])
    assert [path for path in paths if "NAME" not in path and not (ROOT / path).exists()] == []


def test_questions_of_the_readme_are_those_of_the_catalogue() -> None:
    readme = " ".join(PAGES["README.md"].split())
    numbered = [row.text for row in QUESTIONS if row.name != "guardrail"]
    assert re.findall(r"^\d\. (.*)$", PAGES["README.md"], re.M)[: len(numbered)] == numbered
    assert {page.question for page in CATALOG_PAGES} == {row.name for row in QUESTIONS}
    assert len(numbered) == 5 and "It answers five questions:" in readme
    (guardrail,) = (row.text for row in QUESTIONS if row.name == "guardrail")
    assert f"Guardrails answer beside them: {guardrail}" in readme


def test_readme_is_short_and_links_every_page() -> None:
    readme = PAGES["README.md"]
    assert len(readme.splitlines()) <= 150
    assert [page for page in PAGES if page != "README.md" and f"({page})" not in readme] == []
    assert (ROOT / "docs" / "overview.png").stat().st_size < 200_000


def test_demo_effect_of_the_page_is_that_of_the_demo() -> None:
    page = PAGES["docs/operations.md"]
    text = " ".join(page[page.index("## The demo company") :].split())

    def percent(share: float) -> str:
        return f"{share * 100:.0f} %"

    before, loss, after = map(percent, EFFECTS.unreviewed)
    for fact in (
        f"over {EFFECTS.transition_weeks} weeks",
        f"coding takes {percent(-EFFECTS.coding_change)} less working time",
        f"pickup and review {percent(-EFFECTS.pickup_change)} less",
        f"{percent(EFFECTS.feature_change)} more features are started",
        f"from {percent(EFFECTS.ai_share_before)} to {percent(EFFECTS.ai_share_after)}",
        f"without review, {before} before, {loss} in the quarter of the rollout and {after} later",
        "reverted, {} before, {} in that quarter and {} later".format(
            *map(percent, EFFECTS.reverted)
        ),
    ):
        assert fact in text
