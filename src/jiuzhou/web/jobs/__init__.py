"""Long work outside the request: runs with progress, cancel, resume and retry; work that starts by itself."""
