"""One's own account, the organisation, its people and roles, policy, audit trail and what this installation is."""
