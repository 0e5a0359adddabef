"""A study's claims and how they hang together, judged: verdicts as facts."""
