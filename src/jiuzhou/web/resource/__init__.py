"""People, their capacity and their absences, as the screens show them."""
