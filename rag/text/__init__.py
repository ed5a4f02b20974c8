"""A document as a person reads it: paragraphs, headings, footnotes, sentences."""
