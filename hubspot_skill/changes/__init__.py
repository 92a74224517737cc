"""Changes an account's records as a person approved them: plan, approve, apply, journal, verify, undo."""
