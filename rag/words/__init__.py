"""What a word, a number, a date or a name means to the search, in Dutch and in English."""
