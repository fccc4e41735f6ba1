"""One field for everything: what it finds for who asks."""
