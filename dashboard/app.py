"""The dashboard: `make dashboard`, or `streamlit run dashboard/app.py`.

It reads the file that scripts/publish_marts.py writes, and no other; a new one is picked up when a
page is opened or a filter changes. What it shows is worked out in SQL, beside each page.
"""

from pathlib import Path

import duckdb
import marts
import streamlit as st
import text

PAGES = [
    st.Page("views/overview.py", title="Overview", icon=":material/monitoring:", default=True),
    st.Page("views/titles.py", title="Titles", icon=":material/movie:"),
    st.Page("views/title.py", title="One title", icon=":material/theaters:"),
    st.Page("views/viewers.py", title="Viewers", icon=":material/group:"),
    st.Page("views/audience.py", title="Audience over time", icon=":material/schedule:"),
    st.Page("views/quality.py", title="Quality", icon=":material/network_check:"),
    st.Page("views/now.py", title="Now", icon=":material/sensors:"),
    st.Page("views/data_quality.py", title="Data quality", icon=":material/fact_check:"),
]

# Files of our own: an emoji or a Material icon in the tab would be fetched from elsewhere.
IMAGES = Path(__file__).parent / "images"

st.set_page_config(page_title="Playhead", page_icon=str(IMAGES / "icon.png"), layout="wide")
st.logo(str(IMAGES / "logo.svg"), size="large")
page = st.navigation(PAGES)
try:
    page.run()
except marts.UnavailableError as unavailable:
    st.error(text.markdown(unavailable), icon=":material/database_off:")
except duckdb.Error as error:
    wrong = text.markdown(f"{marts.path()}: {str(error).splitlines()[0]}")
    st.error(f"{wrong} Publish the marts anew: `make demo`.")
