"""Words, figures, parts and built files for the templates."""
