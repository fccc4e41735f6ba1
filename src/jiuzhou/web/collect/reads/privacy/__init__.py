"""What people may know of their data: everything of one person, the record of processing, consents."""
