"""Speed, measured beside the machine's own limit; never a timed test."""
