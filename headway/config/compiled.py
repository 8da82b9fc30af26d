"""Settings as the plain values that collectors and queries declare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from collectors.github.client import host_of
from collectors.github.repository import DeploymentRule, GitHub
from headway.config.fields import shell_expression
from headway.config.rules import RATES, read_rates, rules_in_force
from headway.config.settings import GitHubTable, Settings
from queries.publish.settings import (
    Budget,
    ClosedPeriod,
    Expectation,
    PublishSettings,
    RepositoryScope,
    Rollout,
    Rule,
    ToolDecision,
)
from queries.publish.targets.target import Target
from queries.sql_files import ROOT, read_sql

#: SQL macros that take quotations, code and comments out of a text
TEXT_MACROS = read_sql(ROOT / "shared" / "text.sql").text
#: fields whose patterns match inside bodies and messages
TEXT_FIELDS = ("body", "comment", "message", "text", "trailer")


def compile_rules(user_seeds: Path, settings: Settings | None = None) -> list[Rule]:
    """Return the rules and settings in force, as rows of the published table ``rules``.

    Raises SettingsError with file, line and column.
    """
    settings = settings or Settings()
    values = {name: str(value) for name, value in settings.publish.model_dump().items()}
    margins = settings.guardrail_margins.model_dump()
    values |= {f"margin of {metric}": str(value) for metric, value in margins.items()}
    bodies = dict.fromkeys(str(github.keep_bodies).lower() for github in settings.github)
    values["keep_bodies"] = " and ".join(bodies)
    return rules_in_force(settings.rules, user_seeds) + [
        Rule("settings", name, position, None, None, value, None, None, "headway.toml")
        for position, (name, value) in enumerate(values.items(), 1)
    ]


def publish_targets(settings: Settings, environment: Mapping[str, str]) -> list[Target]:
    """Return the places beside the published file that get its tables."""
    if not settings.targets:
        return []
    from queries.publish.targets.parquet import ParquetTarget
    from queries.publish.targets.postgresql import PostgresTarget

    return [
        ParquetTarget(row.folder)
        if row.kind == "parquet"
        else PostgresTarget(row.schema_, row.url_env, environment)
        for row in settings.targets
    ]


def publish_settings(settings: Settings, user_seeds: Path) -> PublishSettings:
    """Return the settings of a publish; raises SettingsError for a wrong rule or rate."""
    return PublishSettings(
        **settings.publish.model_dump(),
        spend_scope=settings.spend.scope,
        rollouts=[Rollout(**row.model_dump()) for row in settings.rollouts],
        baselines=[row.quarter for row in settings.baselines],
        closed_periods=[
            ClosedPeriod(row.name, row.from_, row.to) for row in settings.closed_periods
        ],
        guardrail_margins=settings.guardrail_margins.model_dump(),
        budgets=[
            Budget(date.fromisoformat(f"{row.month or row.from_}-01"), row.usd, bool(row.from_))
            for row in settings.budgets
        ],
        expectations=[
            Expectation(from_on=row.from_, **row.model_dump(exclude={"from_"}))
            for row in settings.expectations
        ],
        tool_decisions=[ToolDecision(**row.model_dump()) for row in settings.tool_decisions],
        rules=compile_rules(user_seeds, settings),
        rates=read_rates(user_seeds / RATES),
        repositories=[repository_scope(github) for github in settings.github],
    )


def repository_scope(github: GitHubTable) -> RepositoryScope:
    """Return which repositories of a GitHub are published."""
    return RepositoryScope(
        host=host_of(github.base_url),
        repos=[name.lower() for name in github.repos],
        owners=[name.lower() for name in github.orgs],
        included=_included(github),
        excluded=shell_expression(github.exclude),
        forks=github.forks,
    )


def github_sources(settings: Settings, rules: Sequence[Rule]) -> list[GitHub]:
    """Return what to read from each GitHub."""
    return [
        GitHub(
            base_url=github.base_url,
            repos=github.repos,
            orgs=github.orgs,
            included=_included(github),
            excluded=shell_expression(github.exclude),
            forks=github.forks,
            keep_bodies=github.keep_bodies,
            markers=text_markers(rules),
            text_macros=TEXT_MACROS,
            experiments=github.experiments,
            deployments=deployment_rules(rules),
            token_env=github.token_env,
            app_id=github.app_id,
            app_key_env=github.app_key_env,
            allow_http=github.allow_http,
        )
        for github in settings.github
    ]


def text_markers(rules: Sequence[Rule]) -> tuple[str, ...]:
    """Return the AI patterns on bodies and messages: matching lines stay if bodies do not."""
    signals = [rule for rule in rules if rule.kind == "ai_signals" and rule.tier != "low"]
    return tuple(rule.pattern for rule in signals if rule.pattern and rule.field in TEXT_FIELDS)


def deployment_rules(rules: Sequence[Rule]) -> tuple[DeploymentRule, ...]:
    """Return the rules by which workflow runs, tags and environments are deployments."""
    return tuple(
        DeploymentRule(rule.field or "", rule.pattern or "", rule.repositories or "")
        for rule in rules
        if rule.kind == "deployments"
        or (rule.field == "environment" and rule.value == "production")
    )


def _included(github: GitHubTable) -> str:
    return shell_expression(github.include) if github.include else ".*"
