"""What waits for a person: notices, and approvals that only another may give."""
