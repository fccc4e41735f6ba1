"""People and partners: capacity, skills, absences, results."""
