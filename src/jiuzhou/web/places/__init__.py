"""The screens a person goes to."""
