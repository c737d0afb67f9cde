"""What was picked: it goes along from page to page, and stands in the address.

So a page can be reloaded, or sent to a colleague, as it is.
"""

from collections.abc import Iterable

import streamlit as st


def recall(name: str, allowed: Iterable[str] | None = None) -> list[str]:
    """What was picked on this visit, or else what the address says; of it what is allowed."""
    kept = st.session_state.setdefault("kept", {})
    values = kept[name] if name in kept else st.query_params.get_all(name)
    return values if allowed is None else [value for value in values if value in set(allowed)]


def remember(name: str, values: list[str], default: list[str] | None = None) -> None:
    """Keeps what is picked; the address has what differs from the default."""
    st.session_state.setdefault("kept", {})[name] = values
    if values == (default or []):
        values = []
    if st.query_params.get_all(name) != values:
        if values:
            st.query_params[name] = values
        else:
            del st.query_params[name]


def choose(name: str, value: str) -> None:
    """As if this had been picked, for a page that is opened next."""
    st.session_state.setdefault("kept", {})[name] = [value]
    st.session_state.pop(name, None)


def forget(*names: str) -> None:
    """As if nothing had been picked."""
    for name in names:
        st.session_state.setdefault("kept", {}).pop(name, None)
        st.session_state.pop(name, None)
        if name in st.query_params:
            del st.query_params[name]
