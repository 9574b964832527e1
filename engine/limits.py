"""Bounds of the core, each with its reason; a feature states its own beside what they bound."""

from __future__ import annotations

MOMENT_MAX = 253_402_300_799_000
"""The end of the year 9999: no calendar reads beyond it."""
INTEGER_MAX = 2**53 - 1
"""The largest integer every JSON reader holds exactly."""
AMOUNT_MAX = 2**256 - 1
"""An amount of money in its smallest unit, and all amounts of one count together: the largest number a contract on a chain holds."""
DECIMAL_DIGITS_MAX = 78
"""Digits of `AMOUNT_MAX`; arithmetic on hostile numbers stays cheap."""
DECIMALS_MAX = 18
"""Places of an amount of money: ether has so many, and no currency in use more."""
COST_MAX = 2**53 - 1
"""What an option of a budget costs, and the budget: counts multiply costs by votes and points in arrays of 64 bits, and people compare
them. Whoever pays in wei states costs in a larger unit."""
POWER_TOTAL_MAX = 2**53 - 1
"""A poll's whole power: int64 counts of it, times a thousand options, cannot overflow."""

EVENT_BYTES_MAX = 60_000
"""A C2SP tile entry holds 65,535 bytes; the rest is room for a signature and for growth."""
PART_BYTES_MAX = 50_000
"""How much of a longer fact one event holds: with its own fields it stays below `EVENT_BYTES_MAX`."""
HEAD_TEXT_MAX = 20_000
"""A signed head with sixty-four signatures, whole in one event."""
CHARTER_TEXT_MAX = 40_000
"""Bytes of a charter in UTF-8: it stands whole in one event."""

OPTIONS_PER_POLL_MAX = 256
"""Options of a poll fit one event with their commitments; nobody reads more."""
BALLOT_CELLS_MAX = 400_000_000
"""Ballots times options of one election: some gigabytes, where options are given points."""
CHOICE_TEXT_MAX = 2_000
"""The longest ballot: 256 options ranked, or scored with small numbers."""
GROUPS_MAX = 256
"""Groups given beside ballots: rules compare each with each other."""
POINTS_PER_BALLOT_MAX = 1_000_000
"""Points one cumulative ballot may split: int64 sums over ten million ballots stay exact."""

NAME_TEXT_MAX = 80
TITLE_TEXT_MAX = 200
QUESTION_TEXT_MAX = 500
REASON_TEXT_MAX = 500
COMMENT_TEXT_MAX = 5_000
IDEA_TEXT_MAX = 20_000
"""Texts stand in the vault; these keep a page readable and a request small."""

MEMBERS_MAX = 10_000_000
"""What the state holds of members must fit one machine's memory: some 20 bytes each."""

BATCH_ASKS_MAX = 256
"""One commit answers at most so many asks: throughput without a long tail (the engine has no clock to cut by time)."""
CLOCK_BEHIND_MS_MAX = 5_000
"""How far a clock may run behind the log before its asks are refused."""
CLOCK_AHEAD_MS_MAX = 10 * 60_000
"""How far a log may be ahead of whoever audits it: more than clocks of honest machines are apart."""
RECEIPT_DAYS_KEPT = 30
"""How long an idempotency key is remembered."""
KEY_TEXT_MAX = 200
"""An idempotency key: a UUID, a hash or a short sentence."""
REQUEST_BYTES_MAX = 1_000_000
"""One command over HTTP or in a file."""
ELECTION_FILE_BYTES_MAX = 512_000_000
"""A file of ballots to tally or import."""
VOTERS_WRITTEN_MAX = 10_000_000
"""Lines of votes in a file that is written with one for each voter."""
WORK_STEP = 64
"""Units of work in a step of Python, where a step of an array over eight bytes is one: some sixty nanoseconds to one."""
WORK_MAX = 12_000_000_000
"""Units of work that counting an election may take, in the worst case: at most some ten seconds of one core of a small server, where counts were
measured to take half a nanosecond to one for each."""
SEARCH_WORK_MAX = 8_000_000_000
"""Units of work after which a search that nobody can bound beforehand is given up: what is left of ten seconds beside the rest of a count."""
SHARES_STEPS_MAX = 10_000
"""How often equal shares adds to the voters' money before it keeps what it has: a count ends, whatever the unit is."""
SHARES_EXACT_MAX, SHARES_EXACT_WORK = 20, 10_000_000
"""Additions that equal shares counts in fractions because bounds leave them open, and, where there are few ballots, how many of these times
ballots times options: some seconds either way; real votes have none."""
CERTIFICATE_WORK_MAX = 500_000_000
"""Ballots, or chains of duels of one option, read one by one, that checking a certificate may take: half a minute or so."""
CERTIFICATE_CELLS_MAX = 20_000_000
"""Ballots times options that a certificate is checked against, one by one: some seconds, and half a gigabyte."""
RUNOFF_WAYS_MAX = 4_096
"""Sets of remaining options that one instant runoff looks at where options tie; beyond these, options that are tied drop out together."""
RUNOFF_CELLS_MAX = 500_000_000
"""How many of these sets times different ballots times options: some seconds, and fewer sets from a hundred thousand ballots on."""
LOCKING_STEPS_MAX = 4_000_000
"""How many defeats ranked pairs looks at to find out whether some order of equal defeats elects an option, over all options: some seconds."""
KEMENY_OPTIONS_MAX = 16
"""Options in one cycle that Kemeny ranks: 2^16 sets, a tenth of a second."""
FUNDING_WORK_MAX = 10_000_000
"""Gifts that are compared with other contributors, or with groups: some seconds."""
SETS_MAX = 200_000
"""Sets of options that the search for the best one within a budget keeps side by side: some seconds, and as many bytes as there are options."""
COMMITTEE_WORK_MAX, COMMITTEES_MAX = 1_000_000_000, 2_000
"""Approvals that a search for the best committee reads, some seconds; equally good committees that it lists."""
