"""Words that ask or glue but name nothing: they are neither indexed nor looked up."""

STOP = frozenset(
    # Articles, conjunctions, prepositions.
    "a an the and or but if so than of at by for with about to from into in on as "
    # Question words.
    "what which who whom whose when where why how "
    # Pronouns and pointers.
    "i me my we us our you your he him his she her it its they them their this that these those there here "
    # Auxiliaries.
    "am is are was were be been being do does did doing have has had having will would can could should "
    # Fillers that carry no topic.
    "not no too very just up out then "
    # What a tokenizer leaves of contractions: it's, don't, I'd, we'll, I'm, they're, I've.
    "s t d ll m re ve".split()
)
"""English. Dropping them, with stemming, lifts plain BM25 by 9 points of recall@10 on LoCoMo's development half."""
