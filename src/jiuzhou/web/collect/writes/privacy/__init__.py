"""What is done to people's data: consent, erasure, retention."""
