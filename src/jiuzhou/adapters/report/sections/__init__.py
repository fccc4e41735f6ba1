"""One section of the page for each stage of the loop."""
