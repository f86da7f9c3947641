"""Words that fill talk without saying anything that lasts."""

from twohop.llm.rules.wordlist import words

CHATTER = words(
    """
    agree appreciate apologise apologize ask assume be believe bet bother call care check comment deal depend do
    doubt expect explain feel figure forget get give go guess happen have hear help hope imagine judge keep know
    lead let like look love make matter mean mention mind miss need note notice offer plan pray promise put
    realise realize reckon recommend remember remind reply respect say see seem send share show sound stay
    struggle suggest support suppose survive swear take talk tell thank think treat trust try turn understand
    use wait want warn welcome wish wonder worry come run respond continue rock reach bring increase consider
    deserve enjoy inspire touch fit work cover change face catch hold find end experience pass hit admire value
    """
)
"""Verbs that say too little without what some of them are allowed below."""

VAGUE = words(
    """
    thing things stuff way lot lots time times fun look break chance idea problem problems point plan plans
    feeling care sense note word words question questions news part step steps turn while bit kind sort best
    difference effort it mind hand decision advantage action place impact pleasure trouble moment moments
    everything sure call nap pic picture pictures photo photos video ones day days week mess blast ball
    challenge goal goals support love luck life job eye eyes strength courage smile hope faith happiness joy
    peace conversation chat talk opportunity experience experiences access pride heart journey setback hard respect
    surge turnout ton tons bunch thanks interest progress dream dreams passion appreciation understanding
    confidence positivity perspective
    """
)
"""Objects that say too little: a chance, a lot of fun, a break."""
