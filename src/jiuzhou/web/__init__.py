"""The web application: many people at once, each seeing only what is theirs."""
