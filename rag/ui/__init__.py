"""The browser app's pages: thin functions over `rag.assistant`.

The only part of the package that knows Streamlit.
"""
