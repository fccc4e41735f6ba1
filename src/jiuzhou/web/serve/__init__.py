"""What each customer should get next, as the screens show it."""
