"""Notices: nothing published, nothing in view, no items, synthetic data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from headway.ui.parts import cache, filters
from headway.ui.parts.filters import View
from headway.ui.parts.text import caption, count, escape
from queries.catalog.metric import Metric
from queries.read.listings import ListingQuery
from queries.statistics.estimates import supported_scope, unsupported_filters
from queries.text.next_steps import connected_sentence
from queries.text.next_steps import next_steps as connected_steps
from queries.text.sentences import SCOPE_LABELS

SIGN = (
    '<rect width="32" height="32" rx="6" fill="#1f5fa8"/><path d="M6 23l7-8 5 4 8-11" '
    'fill="none" stroke="#fff" stroke-width="3.5" stroke-linecap="round" '
    'stroke-linejoin="round"/>'
)
ICON = f'<svg viewBox="0 0 32 32">{SIGN}</svg>'
WORDMARK = (
    f'<svg viewBox="0 0 156 32">{SIGN}<text x="42" y="24" textLength="112" '
    'font-family="sans-serif" font-size="23" font-weight="700" fill="#4a86c5">Headway</text></svg>'
)
#: labels without a rule that a notice lists
MAX_LABELS = 10
#: sentences by what counts as shipping in a repository
SHIPMENTS = {
    "deployments": "production deployments in {}",
    "releases": "releases in {} without deployments",
    "nothing": "nothing in {}, which have neither",
}


def nothing_published() -> None:
    """Draw the steps to a first snapshot."""
    st.title("Nothing is published yet", anchor=False)
    st.markdown("To see your own repositories, name them and collect their data:")
    st.code("headway init --repo OWNER/NAME\nheadway refresh", language=None)
    st.markdown("To look around first, build the synthetic company and open it:")
    st.code("headway demo\nheadway serve --data data/demo", language=None)
    st.caption("This page reloads when data is published.")


def synthetic() -> None:
    """Draw the label of the demo company."""
    st.badge("Demo company: all of this is synthetic", icon=":material/science:", color="orange")


def no_spend() -> None:
    """Draw the steps to a first answer about spend."""
    st.info("There is no spend data yet.", icon=":material/search_off:")
    st.markdown("Start with a CSV file that has one line per day, from a vendor or your own:")
    st.code("day,cost_usd\n2026-01-05,120.50\n2026-01-06,98.10", language=None)
    st.code("headway import spend.csv\nheadway publish", language=None)
    st.markdown(
        "Headway recognises vendors' exports by their header. `headway refresh` reads vendors' "
        "APIs if a key is set. Optional columns: `provider`, `tool`, `model`, `tokens`, "
        "`requests`, `email` or `login`, `team`."
    )


def no_survey() -> None:
    """Draw the step to a first answer about people."""
    st.info("No wave of a pulse survey has been published yet.", icon=":material/search_off:")
    st.markdown(
        "`headway pulse` prints six questions to paste into any form tool. When the wave has "
        "closed, export all answers and import the file:"
    )
    st.code("headway import answers.csv", language=None)
    st.markdown(
        "Headway keeps counts of answers by team, and no names, times or rows of people. It shows "
        "groups from five answers on. A wave is published once, after it closed."
    )


def whole_organisation(view: View) -> None:
    """Draw a notice that filters do not apply to spend."""
    if view.filters:
        st.info(
            f"Spend cannot be filtered by {escape(view.filters)}. "
            "These numbers are for the whole organisation.",
            icon=":material/filter_alt_off:",
        )


def next_steps(view: View) -> None:
    """Draw what is connected, and the steps that would answer more; none for the demo."""
    if view.snapshot.is_synthetic or view.filters:
        return
    (counts,) = cache.row_values(ListingQuery("Connected data", "connected"), view)
    connected = connected_sentence(counts)
    steps = connected_steps(counts, len(cache.listed("unmatched_labels", view)))
    if not steps:
        caption(connected)
        return
    with st.container(border=True, key="steps"):
        lines = [f"- **{escape(row.lack)}.** To see {row.answer}: {row.step}." for row in steps]
        st.markdown("\n".join([f"**Next steps.** {escape(connected)}", "", *lines]))


def nothing_in_view(view: View) -> None:
    """Draw a notice that the filters match nothing, with a button to reset them."""
    st.info(f"No pull request matches {escape(view.filters)}.", icon=":material/filter_alt_off:")
    st.button("Show everything", on_click=filters.reset)


def narrowed(metric: Metric, view: View) -> View:
    """Return a view without the filters that do not apply to a metric, and name them."""
    names = [SCOPE_LABELS[name] for name in unsupported_filters(metric, view.scope)]
    if not names:
        return view
    caption(f"Whole organisation: {metric.of.plural} have no {' or '.join(names)}.")
    return replace(view, scope=supported_scope(metric, view.scope))


def no_items(metric: Metric, sentence: str, has_rule_matches: bool, view: View) -> None:
    """Draw a notice that a metric has no items, with its rules if it has some."""
    if metric.rule and not has_rule_matches:
        _no_rule_matches(metric.rule, view)
        return
    st.info(escape(sentence), icon=":material/search_off:")
    kind = metric.parameters.get("only_work_type")
    if isinstance(kind, str) and not view.filters:  # with filters, rules are not the reason
        _work_type_rules(kind, view)


def shipments(counts: Sequence[tuple[str, int]]) -> None:
    """Draw a caption about the events that count as shipping."""
    repositories = {name: count(n, "repository", "repositories") for name, n in counts}
    parts = [
        text.format(repositories[name]) for name, text in SHIPMENTS.items() if name in repositories
    ]
    if parts:
        caption(f"What counts as shipped: {'; '.join(parts)}.")


def _no_rule_matches(kind: str, view: View) -> None:
    """Draw the labels without a rule, and the command that maps one."""
    st.info(f"No rule for {escape(kind)} has matched an item.", icon=":material/search_off:")
    labels = cache.listed("unmatched_labels", view)
    st.markdown("If you use another label for it, map that label and publish again:")
    st.code(f'headway rules --map LABEL "{kind}"', language=None)
    if len(labels):
        with st.expander("Labels without a rule, the most frequent first"):
            st.dataframe(
                labels.head(MAX_LABELS),
                hide_index=True,
                width="content",
                alt="Labels without a rule",
                column_config={name: name.replace("_", " ") for name in labels.columns},
            )
    with st.expander(f"Rules for {escape(kind)} (no match)"):
        _rules(kind, view)


def _work_type_rules(kind: str, view: View) -> None:
    with st.expander(f"Rules for work type {escape(kind)}, and how to add yours"):
        matched = int(cache.listed("rules_for", view, kind=kind)["matched"].sum())
        st.markdown(
            f"{matched:,} pull requests of all time have work type {escape(kind)}. "
            "Of all rules for work types, the first match counts:"
        )
        _rules(kind, view)
        st.markdown("To add a rule, edit `headway.toml` and run `headway publish`:")
        st.code(
            f'[[work_types]]\nrule = "our-{kind}"\n'
            'field = "label"  # or title, branch, linked_label\n'
            f'pattern = "^kind/{kind}$"\nwork_type = "{kind}"',
            language=None,
        )
        st.markdown("`headway rules` lists the matches of all rules, and labels without a rule.")


def _rules(kind: str, view: View) -> None:
    rules = cache.listed("rules_for", view, kind=kind)
    names = {name: name.replace("_", " ") for name in rules.columns}
    st.dataframe(rules, hide_index=True, column_config=names, alt=f"Rules for {kind}")
