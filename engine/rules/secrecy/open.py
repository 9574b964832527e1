"""The choice stands in the log for everybody to read from the moment it is cast.

>>> secrecy("open").sealed
False
"""

from engine.rules.secrecy import Secrecy

open = Secrecy(  # noqa: A001 - the file's name is the rule's name
    "open",
    sealed=False,
    not_protected="Everybody can see how you voted, now and for ever, beside your member number.",
)
