"""The log holds a commitment to each choice; closing the poll opens each member's last one.

Nobody can read a running tally from the log; everybody can recount afterwards.

>>> secrecy("until_close").sealed
True
"""

from engine.rules.secrecy import Secrecy

until_close = Secrecy(
    "until_close",
    sealed=True,
    not_protected=(
        "Until the close only whoever runs this server could read your choice. After the close everybody can, beside "
        "your member number. You hold the opening of your ballot, so you could also prove it to somebody who pays for it."
    ),
)
