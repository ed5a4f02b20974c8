"""How fast retrieval is, how much it needs, and how that compares with the usual LangChain way.

    python -m bench.retrieval                      100,000 passages, 60 questions: about six minutes on two cores
    python -m bench.retrieval --passages 5000 --profile
    python -m bench.retrieval --folder /some/folder --keep

Both ways get the same made-up passages (`bench.corpus` says how they are made: 60,000-100,000 words at 100,000
passages), the same questions (eval/gold/) and the same vectors, and are measured in the same run:

- Ours is built and asked through the package's own classes: `Catalogue`, `build_lexical`, `open_index`, `understand`,
  `retrieve`. Reading and splitting documents is left out of both.
- The usual way is `bench.usual`: rank_bm25's BM25Okapi and Chroma, fused by reciprocal rank, kept as a pickle.
- Vectors are random, for embedding 100,000 passages takes an hour; the questions' vectors are the real ones, embedded
  and timed beforehand, so retrieval is measured beside the embedding of the question, not with it. One document in
  twenty is said to be English. Ours gives the packaged model a Dutch question as a gloss and looks at the vectors of both languages,
  in two collections; the usual way gives it the question as it stands and looks in one. Chroma is given the first 80 characters of a passage's text and not all:
  its full-text index, which neither way uses, takes two minutes more over whole texts.

Each measurement is made in a new process, several times, and the median is kept. A question is asked once in a process,
so no cache of an earlier answer helps; the first is the opening's. "Opening" begins when everything is imported and
ends with the first (English) question answered, its vectors too. Files are in the operating system's cache, for they
were written a moment before. Memory is the largest resident set of the process, imports of Chroma and LangChain
included. Where other work runs on the machine, the processor's time says more than the clock's. The embedding model is
not loaded while the two are measured; a row of its own says what both together take.
"""
