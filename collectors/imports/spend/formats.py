"""The forms of spend files: by which columns each is known, and what its columns are. The generic one is ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from collectors.errors import SourceError
from collectors.imports.formats import Form
from collectors.imports.tabular import named

KIND = "spend"
BASES = ("invoice", "cost_api", "tool_billing", "gateway", "client", "seat")
#: what a cell of some columns must be, as a pattern of its lower-case text, and what to write instead
WORDS = {
    "currency": ("[a-z]{3}", "a currency; write a code such as USD"),
    "basis": ("|".join(BASES), f"a basis; write one of {', '.join(BASES)}"),
    "charge_category": (
        "usage|purchase|tax|credit|adjustment",
        "a charge category; write Usage, Purchase, Tax, Credit or Adjustment",
    ),
}


@dataclass(frozen=True, kw_only=True)
class SpendForm(Form):
    """How one tool exports spend. The SQL of the same ``name`` makes rows of its cells; every form has a ``day``.

    ``numbers`` are the columns that hold numbers; cells that say a word of ``unpaid`` there hold none. Of
    ``flags`` only is kept whether something is there. The SQL sees sums of rows, so it must be linear in the numbers.
    """

    name: str
    title: str
    numbers: Sequence[str]
    flags: Sequence[str] = ()
    unpaid: Sequence[str] = ()
    remark: str = ""
    kind: str = field(default=KIND, init=False)


def _focus(*names: str) -> tuple[str, ...]:
    """How the headers of FOCUS columns may be written: as the standard does, or in snake case."""
    snakes = (
        "".join(f"_{letter}" if letter.isupper() else letter for letter in name) for name in names
    )
    return tuple(
        spelled
        for name, snake in zip(names, snakes, strict=True)
        for spelled in (named(name), named(snake))
    )


ANTHROPIC_COST = SpendForm(
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
    needed=("day", "model", "api_key", "token_type", "cost"),
    numbers=("cost", "list_cost"),
)
ANTHROPIC_USAGE = SpendForm(
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
    needed=("day", "model", "input", "cache_read", "output"),
    numbers=("input", "cache_write_5m", "cache_write_1h", "cache_read", "output"),
)
OPENAI_COST = SpendForm(
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
    needed=("day", "amount", "currency", "line_item"),
    numbers=("amount",),
)
OPENAI_USAGE = SpendForm(
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
    needed=("day", "model", "requests", "input", "output"),
    numbers=("requests", "input", "uncached", "cached", "cache_write", "output"),
)
CURSOR = SpendForm(
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
    needed=("day", "model", "input", "cache_write", "output"),
    numbers=("cache_write", "input", "cache_read", "output", "tokens", "cost", "charged"),
    flags=("has_cost", "has_charged"),
    unpaid=("free", "included", "no charge", "-"),
)
COPILOT = SpendForm(
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
    needed=("day", "person", "model", "quantity", "gross", "net"),
    numbers=("quantity", "gross", "net", "input", "output", "cache_read", "cache_write"),
    remark="aic_* previews another price and is not added",
)
FOCUS = SpendForm(
    name="focus",
    title="FOCUS",
    source="focus",
    columns={
        "day": _focus("ChargePeriodStart"),
        "account": _focus("BillingAccountId"),
        "provider": _focus("ServiceProviderName", "ProviderName"),
        "publisher": _focus("PublisherName"),
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
        "token_type": ("x_tokentype", "x_token_type"),
        "person": (*_focus("ConsumerId"), "x_userid", "x_user_id", "x_useremail", "x_user_email"),
        "team": ("x_team", "x_teamid", "x_team_id"),
    },
    needed=("day", "provider", "category", "service", "charge_category", "amount", "currency"),
    numbers=("amount", "list_amount", "quantity"),
)
GENERIC = SpendForm(
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
    },
    needed=("day",),
    numbers=("cost_usd", "amount", "tokens", "requests"),
)
VENDORS = (ANTHROPIC_COST, ANTHROPIC_USAGE, OPENAI_COST, OPENAI_USAGE, CURSOR, COPILOT, FOCUS)
#: of the columns that a form needs, how many a header must have to be taken for it with some missing
LIKENESS = 0.7


def vendors_form(name: str, header: Sequence[str]) -> SpendForm | None:
    """Return the form of a vendor's export; None where the header is not one.

    Raises SourceError where it all but is: it then lacks a column.
    """
    for form in VENDORS:
        missing = form.missing(header)
        if not missing:
            return form
        if len(missing) <= len(form.needed) * (1 - LIKENESS):
            columns = ", ".join(form.columns[column][0] for column in missing)
            raise SourceError(
                f"{name}, line 1, column 1: {form.title} without its column {columns}; export it whole"
            )
    return None


def is_generic(header: Sequence[str]) -> bool:
    """Whether a header has the columns of the generic form: the day, and money in dollars or in a currency."""
    names = {named(cell) for cell in header}
    money = {"cost_usd", *GENERIC.columns["amount"]}
    return not GENERIC.missing(header) and bool(names & money)
