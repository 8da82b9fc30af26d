"""What a page says when it cannot simply answer: nothing published, nothing in view, no item, a synthetic company."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

import streamlit as st

from headway.ui.parts import cache, filters
from headway.ui.parts.filters import View
from queries.catalog.catalog import Panel
from queries.catalog.metric import Metric
from queries.statistics.estimates import not_known_of
from queries.text.sentences import SCOPE_WORDS

SIGN = (
    '<rect width="32" height="32" rx="6" fill="#1f5fa8"/><path d="M6 23l7-8 5 4 8-11" fill="none" stroke="#fff" '
    'stroke-width="3.5" stroke-linecap="round" stroke-linejoin="round"/>'
)
ICON = f'<svg viewBox="0 0 32 32">{SIGN}</svg>'
WORDMARK = (
    f'<svg viewBox="0 0 156 32">{SIGN}<text x="42" y="24" textLength="112" font-family="sans-serif" font-size="23" '
    'font-weight="700" fill="#4a86c5">Headway</text></svg>'
)
LABELS = 10
MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|$~:<>&])")


def plain(text: str) -> str:
    """Return text in which Markdown sees no markup: names and titles come from elsewhere."""
    return MARKUP.sub(r"\\\1", typeset(text))


def typeset(text: str) -> str:
    """Return text whose figures stay on one line with their signs."""
    text = re.sub(r"−(?=\$)", "−\N{WORD JOINER}", text)
    return re.sub(r"(?<=\d) (?=%)|(?<=\bn) (?==)|(?<==) (?=\d)", "\N{NO-BREAK SPACE}", text)


def nothing_published() -> None:
    """Say how to get something to look at."""
    st.title("Nothing is published yet", anchor=False)
    st.markdown("To see your own repositories, name them, then read them:")
    st.code("headway init --repo OWNER/NAME\nheadway refresh", language=None)
    st.markdown("To look around first, build the synthetic company, and serve it:")
    st.code("headway demo\nheadway serve --data data/demo", language=None)
    st.caption("This page notices by itself when something is published.")


def synthetic() -> None:
    """Say that nothing here is real."""
    st.warning(
        "**Demo company: all of this is synthetic.** No real team did any of it.",
        icon=":material/science:",
    )


def no_spend() -> None:
    """Say the shortest way to a first answer about money."""
    st.info("No spend has been read yet.", icon=":material/search_off:")
    st.markdown(
        "The shortest way to an answer is a file with a line for each day, from any vendor or by hand:"
    )
    st.code("day,cost_usd\n2026-01-05,120.50\n2026-01-06,98.10", language=None)
    st.code("headway import spend.csv\nheadway publish", language=None)
    st.markdown(
        "Vendors' own exports are recognised by their header; `headway refresh` reads their APIs where a key is set. "
        "More columns tell more: `provider`, `tool`, `model`, `tokens`, `requests`, `email` or `login`, `team`."
    )


def whole_organisation(view: View) -> None:
    """Say that money is not told apart by what is filtered."""
    if view.filters:
        st.info(
            f"Most of spend cannot be told apart by {plain(view.filters)}: what does not name it is of everybody.",
            icon=":material/filter_alt_off:",
        )


def nothing_in_view(view: View) -> None:
    """Say that the filters leave nothing, and offer to drop them."""
    st.info(f"No pull request matches {plain(view.filters)}.", icon=":material/filter_alt_off:")
    st.button("Show everything", on_click=filters.reset)


def not_apart(panels: Sequence[Panel], view: View) -> None:
    """Say which panels are not shown, as they cannot be told apart by what is filtered."""
    parts = dict.fromkeys(
        SCOPE_WORDS[part] for panel in panels for part in not_known_of(panel.metrics[0], view.scope)
    )
    if panels:
        message = f"Not shown, as it cannot be told apart by {' or '.join(parts)}: "
        st.info(
            plain(f"{message}{', '.join(panel.title for panel in panels)}."),
            icon=":material/filter_alt_off:",
        )


def no_items(metric: Metric, period: str, view: View) -> None:
    """Say that a metric has no item, and where a rule decides what counts, which rules there are and how to add one."""
    kind = metric.parameters.get("only_work_type")
    if metric.rule and not cache.has_matched(metric.rule, view):
        _unmatched(metric.rule, view)
        return
    st.info(plain(metric.nothing.format(period=period)) + ".", icon=":material/search_off:")
    if isinstance(kind, str) and not view.filters:  # else it is not a rule that leaves nothing
        _work_type(kind, view)


def shipments(view: View) -> None:
    """Say what stands for shipping: deployments, releases, or nothing."""
    words = {
        "deployments": "in {} it is a deployment to production",
        "releases": "in {}, without such deployments, a release",
        "nothing": "in {} neither is observed, so nothing is measured there",
    }
    by_key = {
        by: f"{n:,} {'repository' if n == 1 else 'repositories'}" for by, n in cache.shipments(view)
    }
    message = [text.format(by_key[by]) for by, text in words.items() if by in by_key]
    if message:
        st.caption(plain(f"What counts as shipped: {'; '.join(message)}."))


def _unmatched(kind: str, view: View) -> None:
    """What an organisation sees that marks something in its own way, and the one step to map it."""
    st.info(f"No rule for {plain(kind)} has matched anything yet.", icon=":material/search_off:")
    labels = cache.unmatched_labels(view)
    label = labels["label"].iloc[0] if len(labels) else "LABEL"
    st.markdown(
        "If you mark it with a label of your own, say which; this page then fills by itself:"
    )
    quoted = f'"{label}"' if not re.search(r'["$`\\!]', label) else shlex.quote(label)
    st.code(f'headway rules --map {quoted} "{kind}"', language=None)
    if len(labels):
        st.markdown("**Labels that no rule looks for**, the commonest first")
        st.dataframe(
            labels.head(LABELS),
            hide_index=True,
            width="content",
            alt="Labels that no rule looks for",
            column_config={name: name.replace("_", " ") for name in labels.columns},
        )
    with st.expander(f"Which rules looked for {plain(kind)}, and found nothing"):
        _rules(kind, view)


def _work_type(kind: str, view: View) -> None:
    with st.expander(f"Which rules look for work type {plain(kind)}, and how to add yours"):
        matched = int(cache.rules_for(kind, view)["matched"].sum())
        st.markdown(
            f"{matched:,} pull requests of the whole history are of work type {plain(kind)}. "
            "These rules look for it, the first match of any work type wins:"
        )
        _rules(kind, view)
        st.markdown(
            "If your team marks it in another way, say so in `headway.toml`, then run `headway publish`:"
        )
        st.code(
            f'[[work_types]]\nrule = "our-{kind}"\nfield = "label"  # or title, branch, linked_label\n'
            f'pattern = "^kind/{kind}$"\nwork_type = "{kind}"',
            language=None,
        )
        st.markdown(
            "`headway rules` shows what every rule matched, and which labels no rule looks for."
        )


def _rules(kind: str, view: View) -> None:
    rules = cache.rules_for(kind, view)
    names = {name: name.replace("_", " ") for name in rules.columns}
    st.dataframe(rules, hide_index=True, column_config=names, alt=f"Rules for {kind}")
