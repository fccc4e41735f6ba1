"""What every REST endpoint shares: strict bodies, lists by cursor, versions, sentences in the reader's language."""
