"""One folder is one thing a community has. Its `NEEDS` names the features it builds on; they know nothing of it."""
