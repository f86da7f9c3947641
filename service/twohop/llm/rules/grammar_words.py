"""The small words of English grammar, as sets of lower-case words."""

from twohop.llm.rules.wordlist import words

FIRST_PERSON = words("i we")
FIRST_OBJECT = words("me us")
FIRST_OWNER = words("my our")
SECOND = words("you")
THIRD_SUBJECT = {"he": "m", "she": "f"}
THIRD_OBJECT = {"him": "m", "her": "f"}
THIRD_OWNER = {"his": "m", "her": "f"}
UNCLEAR = words(
    """
    it its they them their theirs this that these those one ones something anything everything nothing someone
    somebody anyone everyone everybody nobody thing things stuff way lot lots which who whom whose what mine
    ours yours hers there here themselves itself same such each other others another everyone's everybody's ya
    """
)
BE = words("be am is are was were been being")
HAVE = words("have has had having")
DO = words("do does did")
MODALS = words("can could will would shall should may might must")
AUXILIARIES = BE | HAVE | DO | MODALS
DETERMINERS = words("the a an some any each every another this that these those no all both several many few most")
NUMERALS = words("one two three four five six seven eight nine ten eleven twelve")
PREPOSITIONS = words(
    """
    at in on for from to with by about into onto over under after before since until during through against
    between among near around as of without within across towards toward behind beside besides alongside via
    along like than outside inside off up out down past per despite except
    """
)
COORDINATORS = words("and but or so yet nor")
SUBORDINATORS = words(
    """
    because although though while whereas when whenever if unless until since before after once as that which
    who whom whose where why how whether cause 'cause cos cuz so
    """
)
UNCERTAIN = words(
    """
    if unless whether maybe perhaps probably possibly apparently supposedly allegedly hopefully almost nearly
    hardly rarely seldom barely wish suppose
    """
)
ADVERBS = words(
    """
    now currently presently still already just also too always often usually sometimes never ever recently
    lately finally really actually truly definitely certainly absolutely totally even only mostly mainly
    originally initially eventually previously formerly once again soon then simply quite very so pretty fairly
    basically literally honestly officially permanently temporarily happily proudly sadly fortunately
    unfortunately luckily immediately suddenly instead together long nowadays regularly occasionally frequently
    first later today's kinda kind-of both all last personally secretly
    especially particularly deeply strongly completely fully since here there
    """
)
FEELINGS = words(
    """
    excited scared pumped thrilled stoked interested worried blessed honored honoured bored tired surprised
    impressed relieved determined motivated inspired stressed amazed delighted disappointed exhausted focused
    touched pleased shocked psyched intrigued overwhelmed embarrassed frustrated confused annoyed concerned
    convinced devastated fascinated obsessed
    """
)
"""Participles that say how someone feels, not what they did."""
OPENERS = words(
    """
    hey hi hello yes yeah yep yup no nope nah oh ah wow well so ok okay hmm haha lol omg anyway anyways actually
    and but or also plus btw fyi honestly basically sure thanks thank cool great nice awesome amazing totally
    absolutely indeed right exactly sorry please welcome ugh aw aww gosh geez man dude guys everyone listen look
    see alright fine congrats congratulations bye goodbye morning correction still besides meanwhile however
    therefore finally first next then nowadays lately currently recently now today mhm aha woah whoa yay
    """
)
NOT_NAMES = (
    OPENERS
    | ADVERBS
    | PREPOSITIONS
    | COORDINATORS
    | SUBORDINATORS
    | UNCERTAIN
    | AUXILIARIES
    | DETERMINERS
    | NUMERALS
    | UNCLEAR
    | FIRST_PERSON
    | SECOND
    | THIRD_SUBJECT.keys()
    | THIRD_OBJECT.keys()
    | THIRD_OWNER.keys()
    | words(
        """
        my our your me us not don't what when where why how who which let please remember forget note good bad
        happy sad glad proud excited thrilled sounds looks seems feels new old big small last next this more
        less much my mine tv pc lol ok god internet monday tuesday wednesday thursday friday saturday sunday
        january february march april june july august september october november december christmas easter
        halloween spring summer autumn fall winter mr mrs ms dr prof love life work family friends kids people
        music art food time home school everyone someone everything nothing best better most least speaking
        being having getting going taking making living working having doing nature dad mom mum mommy daddy
        grandma grandpa keep take check tell ask give get go come say think guess hope wish want need try lots
        can't won't am pm congrats happy birthday totally self-care lgbtq lgbtq+ diy ai api faq url email yours
        sincerely regards dear hola bonjour ciao
        """
    )
)
"""Words that open sentences with a capital letter without being names."""
TITLES = words("dr mr mrs ms prof professor sir uncle aunt aunty auntie grandma grandpa coach")
LINKS = words("of de da do dos das van von der den la le del di du al bin & the")
"""Words inside a name: University of Porto, Maria da Silva."""
