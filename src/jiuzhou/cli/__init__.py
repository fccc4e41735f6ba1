"""The command line: one command for each word of the loop, each a thin shell over its verb."""
