"""Titles: which do best, and a table in which every one of them can be found."""

import altair as alt
import charts
import filters
import glossary
import marts
import questions
import state
import streamlit as st
import tables

ALL_WATCHED = """
    select title_id, watch_hours as hours, session_count as sessions
    from marts.title_performance where {where}
"""
WATCHED = """
    select title_id, cast(sum(watch_seconds) as double) / 3600 as hours, count(*) as sessions
    from marts.viewing_sessions where {where} group by title_id
"""
TITLES = f"""
    with watched as ({{watched}})
    select title_id, coalesce(title_name, title_id) as name, title_type, genre,
        coalesce(hours, 0) as hours, coalesce(sessions, 0) as sessions, viewer_count as viewers,
        avg_percentage_viewed / 100 as watched_per_view, {questions.COMPLETION} as completion,
        avg_engagement_score as engagement_score, retention_rank
    from marts.title_performance left join watched using (title_id)
    where {{where}} and contains(lower(concat_ws(' ', title_name, title_id)), $sought)
"""
RANKING = """
    select *, {measure} as figure from ({titles}) where {measure} is not null and sessions > 0
    order by figure desc, viewers desc, title_id limit 15
"""
MEASURES = {
    "hours": ",.0f",
    "sessions": ",.0f",
    "viewers": ",.0f",
    "engagement_score": ".1f",
    "completion": ".0%",
    "retention_rank": ".0%",
}
PERCENT = ("watched_per_view", "completion", "retention_rank")
# Of all of history, whatever is picked.
LASTING = {*PERCENT, "engagement_score", "viewers"}


def column(key: str) -> st.column_config.Column:
    """How a measure of the glossary stands in the table."""
    form = "percent" if key in PERCENT else "%.1f" if key in ("hours", "engagement_score") else None
    meaning = f"{glossary.meaning(key)}{' Of all dates.' if key in LASTING else ''}"
    return st.column_config.NumberColumn(glossary.name(key), help=meaning, format=form)


picked = filters.pick(days=True, devices=True, genres=True)
charts.heading("Titles", "Which titles do best, and how does any one of them do?", picked.says)

where = picked.where(time="started_at", device="device_type", title="title_id")
watched = (ALL_WATCHED if where == "true" else WATCHED).format(where=where)
titles = TITLES.format(watched=watched, where=picked.where(title="title_id"))
parameters = {**picked.parameters, "sought": ""}
if marts.ask(RANKING.format(measure="sessions", titles=titles), **parameters).empty:
    filters.nothing_fits("No title was watched that fits these filters.")

with st.container(border=True):
    st.header("Best titles", anchor=False)
    labels = {key: glossary.name(key) for key in MEASURES}
    measure = charts.choice("Rank by", labels, key="rank", labelled=True)
    ranked = marts.ask(RANKING.format(measure=measure, titles=titles), **parameters)
    if ranked.empty:
        charts.nothing(
            "Nobody knows this of any title that fits: without a duration, or where nobody knows "
            "which parts were watched, a title has no completion rate and no retention rank."
        )
    else:
        charts.draw(
            charts.ranking(
                ranked,
                "figure",
                labels[measure],
                form=MEASURES[measure],
                tooltip=[
                    alt.Tooltip("name:N", title="Title"),
                    alt.Tooltip("figure:Q", title=labels[measure], format=MEASURES[measure]),
                    alt.Tooltip("viewers:Q", title="Viewers", format=",.0f"),
                ],
            ),
            f"Titles by {labels[measure]}",
        )
    of = "all of history, of titles watched in the dates" if measure in LASTING else "the dates"
    st.caption(f"{glossary.meaning(measure)} Of {of}.")

with st.container(border=True):
    st.header("All titles", anchor=False)
    sought = tables.search("Find a title", "find_title")
    title_id = tables.table(
        f"{titles} order by hours desc, sessions desc, name, title_id",
        {
            "name": "Title",
            "title_type": "Type",
            "genre": "Genre",
            **{key: column(key) for key in ("hours", "sessions", "viewers", *PERCENT[:2])},
            "engagement_score": column("engagement_score"),
            "retention_rank": column("retention_rank"),
            "title_id": "Id",
        },
        "titles",
        "All titles, with what was watched of them",
        **{**parameters, "sought": sought},
    )
    st.caption("Pick a row to read the title's story. Columns sort by a click on their head.")
if title_id:
    state.choose("title", title_id)
    st.switch_page("views/title.py")
