"""Jobs: the tray of every page, the list, and one run."""
