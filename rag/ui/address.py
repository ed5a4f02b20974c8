"""The address that the browser shows: so that a reload, a bookmark and a link find the same thing again."""

from __future__ import annotations

import streamlit as st


def show(key: str, value: str) -> None:
    """Name something in the address; an empty value takes it out.

    A link to the page one is on reaches the script without the browser changing its address (Streamlit 1.67), so what
    was last told to the browser is remembered and told again when it differs.
    """
    told = st.session_state.setdefault("address", {})
    if value and (st.query_params.get(key) != value or told.get(key) != value):
        st.query_params[key] = value
    elif not value and (key in st.query_params or told.get(key)):
        st.query_params.clear()
    told[key] = value
