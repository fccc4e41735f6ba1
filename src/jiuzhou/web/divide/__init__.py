"""Plans in the web: their life from draft to archive, their publication, and what a page shows of them."""
