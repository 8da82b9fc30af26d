"""Formats of spend files: required columns, number columns and the SQL of each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from collectors.imports.formats import Format, normalize_header

KIND = "spend"
CHARGES = ("usage", "seat", "purchase", "credit", "tax", "correction")
BASES = ("invoice", "cost_api", "tool_billing", "gateway", "client", "seat")
#: allowed texts of a column (pattern in lower case), and the end of the error for others
PATTERNS = {
    "currency": ("[a-z]{3}", "a currency; write a code such as USD"),
    "basis": ("|".join(BASES), f"a basis; write one of {', '.join(BASES)}"),
    "charge": ("|".join(CHARGES), f"a charge; write one of {', '.join(CHARGES)}"),
    "charge_category": (
        "usage|purchase|tax|credit|adjustment",
        "a charge category; write Usage, Purchase, Tax, Credit or Adjustment",
    ),
}


@dataclass(frozen=True, kw_only=True)
class SpendFormat(Format):
    """Format of one tool. The SQL file ``name`` turns its cells into spend.

    ``numbers`` are number columns, in which ``zero_words`` count as no number. Of ``flags`` only
    the presence is kept, of ``marks`` only whether a pattern is in the text. The SQL reads sums of
    rows, so it must be linear in the numbers.
    """

    name: str
    title: str
    numbers: Sequence[str]
    flags: Sequence[str] = ()
    marks: Mapping[str, str] = field(default_factory=dict)
    zero_words: Sequence[str] = ()
    note: str = ""
    kind: str = field(default=KIND, init=False)


def _focus(*names: str) -> tuple[str, ...]:
    """Return the headers of FOCUS columns: as in the standard, and in snake case."""
    headers: list[str] = []
    for name in names:
        snake_case = re.sub("([A-Z])", r"_\1", name)
        headers += [normalize_header(name), normalize_header(snake_case)]
    return tuple(headers)


ANTHROPIC_COST = SpendFormat(
    name="anthropic_cost",
    title="Anthropic's Console (cost)",
    source="anthropic",
    columns={
        "day": ("usage_date_utc",),
        "model": ("model",),
        "api_key": ("api_key",),
        "usage_type": ("usage_type",),
        "token_type": ("token_type",),
        "cost": ("cost_usd",),
        "list_cost": ("list_price_usd",),
    },
    required=("day", "model", "api_key", "token_type", "cost"),
    numbers=("cost", "list_cost"),
)
ANTHROPIC_USAGE = SpendFormat(
    name="anthropic_usage",
    title="Anthropic's Console (usage)",
    source="anthropic usage",
    columns={
        "day": ("usage_date_utc",),
        "model": ("model_version", "model"),
        "api_key": ("api_key",),
        "usage_type": ("usage_type",),
        "input": ("usage_input_tokens_no_cache",),
        "cache_write_5m": ("usage_input_tokens_cache_write_5m",),
        "cache_write_1h": ("usage_input_tokens_cache_write_1h",),
        "cache_read": ("usage_input_tokens_cache_read",),
        "output": ("usage_output_tokens",),
    },
    required=("day", "model", "input", "cache_read", "output"),
    numbers=("input", "cache_write_5m", "cache_write_1h", "cache_read", "output"),
)
OPENAI_COST = SpendFormat(
    name="openai_cost",
    title="OpenAI's dashboard (cost)",
    source="openai",
    columns={
        "day": ("start_time_iso",),
        "amount": ("amount_value",),
        "currency": ("amount_currency",),
        "line_item": ("line_item",),
        "person": ("user_email", "user_id"),
        "api_key": ("api_key_name", "api_key_id"),
    },
    required=("day", "amount", "currency", "line_item"),
    numbers=("amount",),
)
OPENAI_USAGE = SpendFormat(
    name="openai_usage",
    title="OpenAI's dashboard (usage)",
    source="openai usage",
    columns={
        "day": ("start_time_iso",),
        "model": ("model",),
        "person": ("user_email", "user_id"),
        "api_key": ("api_key_name", "api_key_id"),
        "requests": ("num_model_requests",),
        "input": ("input_tokens",),
        "uncached": ("input_uncached_tokens",),
        "cached": ("input_cached_tokens",),
        "cache_write": ("input_cache_write_tokens",),
        "output": ("output_tokens",),
    },
    required=("day", "model", "requests", "input", "output"),
    numbers=("requests", "input", "uncached", "cached", "cache_write", "output"),
)
CURSOR = SpendFormat(
    name="cursor",
    title="Cursor's usage events",
    source="cursor",
    columns={
        "day": ("date",),
        "person": ("user", "user_email", "email"),
        "event": ("kind",),
        "model": ("model",),
        "cache_write": ("input_w_cache_write",),
        "input": ("input_w_o_cache_write",),
        "cache_read": ("cache_read",),
        "output": ("output_tokens",),
        "tokens": ("total_tokens", "tokens"),
        "cost": ("cost",),
        "has_cost": ("cost",),
        "charged": ("cost_to_you",),
        "has_charged": ("cost_to_you",),
    },
    required=("day", "model", "input", "cache_write", "output"),
    numbers=("cache_write", "input", "cache_read", "output", "tokens", "cost", "charged"),
    flags=("has_cost", "has_charged"),
    zero_words=("free", "included", "no charge", "-"),
)
COPILOT = SpendFormat(
    name="copilot",
    title="GitHub's AI usage report",
    source="copilot",
    columns={
        "day": ("date",),
        "account": ("organization",),
        "person": ("username",),
        "product": ("product",),
        "model": ("model",),
        "quantity": ("quantity",),
        "unit": ("unit_type",),
        "gross": ("gross_amount",),
        "net": ("net_amount",),
        "input": ("input", "input_tokens"),
        "output": ("output", "output_tokens"),
        "cache_read": ("cache_read", "cache_read_tokens"),
        "cache_write": ("cache_write", "cache_write_tokens"),
    },
    required=("day", "person", "model", "quantity", "gross", "net"),
    numbers=("quantity", "gross", "net", "input", "output", "cache_read", "cache_write"),
    note="aic_* is a preview of another price and is not included",
)
FOCUS = SpendFormat(
    name="focus",
    title="FOCUS",
    source="focus",
    columns={
        "day": _focus("ChargePeriodStart"),
        "period_end": _focus("ChargePeriodEnd"),
        "account": _focus("BillingAccountId"),
        "account_type": _focus("BillingAccountType"),
        "sub_account": _focus("SubAccountName"),
        "provider": _focus("ServiceProviderName", "ProviderName"),
        "publisher": _focus("PublisherName"),
        "issuer": _focus("InvoiceIssuerName"),
        "gateway": ("x_gateway", "gateway"),
        "has_gateway_tag": _focus("Tags"),
        "category": _focus("ServiceCategory"),
        "service": _focus("ServiceName"),
        "charge_category": _focus("ChargeCategory"),
        "amount": _focus("EffectiveCost"),
        "list_amount": _focus("ListCost"),
        "currency": _focus("BillingCurrency"),
        "quantity": _focus("ConsumedQuantity"),
        "unit": _focus("ConsumedUnit"),
        "x_model": ("x_model",),
        "meter": _focus("SkuMeter"),
        "sku": _focus("SkuId"),
        "resource": _focus("ResourceName", "ResourceId"),
        "has_commitment": _focus("CommitmentDiscountId"),
        "token_type": ("x_tokentype", "x_token_type"),
        "person": (*_focus("ConsumerId"), "x_userid", "x_user_id", "x_useremail", "x_user_email"),
        "team": ("x_team", "x_teamid", "x_team_id"),
    },
    required=("day", "provider", "category", "service", "charge_category", "amount", "currency"),
    numbers=("amount", "list_amount", "quantity"),
    flags=("has_commitment",),
    marks={"has_gateway_tag": "custom_llm_provider|litellm|portkey|helicone"},
)
LITELLM = SpendFormat(
    name="litellm",
    title="LiteLLM's spend logs",
    source="litellm",
    columns={
        "day": ("starttime", "start_time", "date", "group_by_day"),
        "model": ("model", "model_group"),
        "provider": ("custom_llm_provider", "provider"),
        "person": ("user", "user_id", "internal_user_id"),
        "api_key": ("api_key_alias", "metadata_user_api_key_alias", "api_key"),
        "team": ("team_name", "team_alias", "metadata_user_api_key_team_alias", "team_id"),
        "amount": ("spend", "total_spend", "metrics_spend"),
        "tokens": ("total_tokens", "metrics_total_tokens"),
        "input": ("prompt_tokens", "metrics_prompt_tokens"),
        "output": ("completion_tokens", "metrics_completion_tokens"),
        "requests": ("api_requests", "metrics_api_requests"),
    },
    required=("day", "model", "amount", "input", "output", "api_key"),
    numbers=("amount", "tokens", "input", "output", "requests"),
)
OPENROUTER = SpendFormat(
    name="openrouter",
    title="OpenRouter's activity",
    source="openrouter",
    columns={
        "day": ("date", "created_at"),
        "model": ("model_permaslug", "model"),
        "provider": ("provider_name",),
        "api_key": ("api_key_name",),
        "amount": ("usage", "cost_total"),
        "byok": ("byok_usage_inference",),
        "requests": ("requests",),
        "input": ("prompt_tokens", "tokens_prompt"),
        "output": ("completion_tokens", "tokens_completion"),
    },
    required=("day", "model", "provider", "amount", "byok", "input", "output"),
    numbers=("amount", "byok", "requests", "input", "output"),
)
CCUSAGE = SpendFormat(
    name="ccusage",
    title="ccusage",
    source="ccusage",
    columns={
        "day": ("date", "firstactivity", "blockstart", "starttime", "lastactivity"),
        "period_end": ("lastactivity",),
        "model": ("model",),
        "cost": ("totalcost", "costusd"),
        "input": ("inputtokens",),
        "output": ("outputtokens",),
        "cache_write": ("cachecreationtokens",),
        "cache_read": ("cachereadtokens", "cachedinputtokens"),
        "tokens": ("totaltokens",),
    },
    required=("day", "cost", "tokens"),
    numbers=("cost", "input", "output", "cache_write", "cache_read", "tokens"),
)
TELEMETRY = SpendFormat(
    name="telemetry",
    title="OpenTelemetry",
    source="telemetry",
    columns={
        name: (name,) for name in ("day", "tool", "model", "person", "token_type", "cost", "tokens")
    },
    required=("day", "tool"),
    numbers=("cost", "tokens"),
)
GENERIC = SpendFormat(
    name="generic",
    title="spend",
    source="generic",
    columns={
        "day": ("day", "date"),
        "cost_usd": ("cost_usd",),
        "amount": ("amount", "cost"),
        "currency": ("currency",),
        "account": ("account",),
        "provider": ("provider",),
        "tool": ("tool",),
        "model": ("model",),
        "person": ("email", "login", "user"),
        "team": ("team",),
        "token_type": ("token_type",),
        "tokens": ("tokens",),
        "requests": ("requests",),
        "basis": ("basis",),
        "charge": ("charge",),
        "gateway": ("gateway", "via"),
        "source": ("source",),
        "item": ("description", "item", "type"),
    },
    required=("day",),
    numbers=("cost_usd", "amount", "tokens", "requests"),
)
VENDORS = (
    ANTHROPIC_COST,
    ANTHROPIC_USAGE,
    OPENAI_COST,
    OPENAI_USAGE,
    CURSOR,
    COPILOT,
    FOCUS,
    LITELLM,
    OPENROUTER,
)
