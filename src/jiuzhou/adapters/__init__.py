"""The edge: disk, engines, the clock, languages. Nothing below imports this; the command line and the web do."""
