"""Kamerbron: answers over Dutch parliamentary documents, with quotations copied by code and cited to the character."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("kamerbron")
except PackageNotFoundError:  # run from a checkout that was not installed
    __version__ = "0+unknown"
