"""What a sentence does, and whom it binds: commitment, report, demand, question."""
