"""Formats of spend files: required columns, number columns and the SQL of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from collectors.errors import SourceError
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
    the presence is kept. The SQL reads sums of rows, so it must be linear in the numbers.
    """

    name: str
    title: str
    numbers: Sequence[str]
    flags: Sequence[str] = ()
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
        "resource": _focus("ResourceName"),
        "has_commitment": _focus("CommitmentDiscountId"),
        "token_type": ("x_tokentype", "x_token_type"),
        "person": (*_focus("ConsumerId"), "x_userid", "x_user_id", "x_useremail", "x_user_email"),
        "team": ("x_team", "x_teamid", "x_team_id"),
    },
    required=("day", "provider", "category", "service", "charge_category", "amount", "currency"),
    numbers=("amount", "list_amount", "quantity"),
    flags=("has_commitment",),
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
    },
    required=("day",),
    numbers=("cost_usd", "amount", "tokens", "requests"),
)
VENDORS = (ANTHROPIC_COST, ANTHROPIC_USAGE, OPENAI_COST, OPENAI_USAGE, CURSOR, COPILOT, FOCUS)
#: share of the required columns with which a file counts as an incomplete export
LIKENESS = 0.7


def vendor_format(name: str, header: Sequence[str]) -> SpendFormat | None:
    """Return the format of a vendor's export; None if the header is not one.

    Raises SourceError if the header lacks a few columns of a vendor's export.
    """
    for candidate in VENDORS:
        missing = candidate.missing(header)
        if not missing:
            return candidate
        if len(missing) <= len(candidate.required) * (1 - LIKENESS):
            columns = ", ".join(candidate.columns[column][0] for column in missing)
            raise SourceError(
                f"{name}, line 1, column 1: {candidate.title} without its column {columns}; "
                "export it whole"
            )
    return None


def is_generic(header: Sequence[str]) -> bool:
    """Return whether a header has a day and an amount, as Headway's own format."""
    headers = {normalize_header(cell) for cell in header}
    amounts = {"cost_usd", *GENERIC.columns["amount"]}
    return not GENERIC.missing(header) and bool(headers & amounts)
