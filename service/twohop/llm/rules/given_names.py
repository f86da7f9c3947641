"""Common first names by the pronoun they usually go with, so that "she" finds Emma and not Tom."""

from twohop.llm.rules.wordlist import words

FEMALE = words(
    """
    aaliyah abigail ada adele adriana agnes aisha alessandra alexandra alexis alice alicia alina alison allison
    alma amal amanda amara amber amelia amina amy ana anastasia andrea angela angelina anika anita anja ann anna
    anne annie anya aparna april ariana arya astrid audrey aurora ava ayesha barbara beatrice beatriz bella beth
    bethany betty bianca bridget brenda brooke camila camille carla carmen carol carolina caroline cassandra
    catherine cecilia celia charlotte chiara chloe christina christine claire clara claudia cora courtney
    cristina cynthia daisy dana daniela daphne deborah debra denise diana divya donna dora doris dorothy edith
    eileen elaine elena eleanor elif elisa elisabeth elise eliza elizabeth ella ellen eloise elsa emilia emily
    emma erica erika erin esther eva eve evelyn fatima faith fiona florence frances francesca freya gabriela
    gabriella gemma georgia gina giulia gloria grace greta hana hannah harriet heather heidi helen helena hilda
    holly ida ines ingrid irene iris isabel isabella isla ivy jacqueline jana jane janet janice jasmine jean
    jenna jennifer jenny jessica jill joan joanna joy joyce judith judy julia juliana julie june karen karin
    kate katerina katherine kathleen kathryn katie kayla keiko kelly kim kristen kristin kristina lara larissa
    laura lauren layla lea leah leila lena leonor leslie lily linda lisa liv lola lorena louise lucia lucy luisa
    luna lydia madison maja malia mara margaret maria mariam mariana marie marina marta martha mary matilda maya
    megan mei mel melanie melissa mia michelle mila mina mira miriam molly monica nadia nancy naomi natalia
    natalie natasha nicole nina nora nour olga olivia paige pamela patricia paula penelope petra phoebe pia
    polly priya rachel rania raquel rebecca regina renata riley rita rosa rose ruby ruth sabrina sally samantha
    sandra sara sarah savannah selma serena sharon sheila shirley silvia simone sofia sonia sophia sophie stella
    stephanie sue summer susan susana svetlana sylvia tamara tanya tara tatiana teresa theresa tiffany tina
    ursula valentina valerie vanessa vera veronica victoria violet virginia wendy yara yasmin yuki yulia yvonne
    zara zoe zoey
    """
)

MALE = words(
    """
    aaron abdul abraham adam adrian ahmed aidan alan albert alberto alejandro alessandro alexander alfred ali
    alvaro amir anand anders andre andreas andrew andy angus anthony anton antonio arjun arthur arun ashok
    austin axel ben benjamin bernard bill björn bob boris brad brandon brian bruce bruno caleb calvin cameron
    carl carlos cesar charles charlie chris christian christopher claude colin connor craig cyrus damian dan
    daniel dario dave david deepak dennis derek diego dieter dimitri dirk dmitri dominic donald doug douglas
    duncan dylan edgar eduardo edward edwin eli elias elliot emil emilio emre enrique enzo eric erik ernest
    ethan eugene evan felipe felix fernando filip finn francesco francis francisco frank franz fred frederick
    gabriel gareth gary gavin geoffrey george gerald gerard giovanni giuseppe glen gordon graham grant greg
    gregory guillermo gunnar gustav hamid hans harold harry hassan hector henrik henry herbert hiroshi howard
    hugh hugo ian ibrahim igor isaac ivan jack jacob jake jakob james jan jason javier jay jeff jeffrey jens
    jeremy jerome jerry jesse jesus jim joe joel johan johann john johnny jon jonas jonathan jordi jorge jose
    joseph joshua josé juan julian julio jürgen karim karl keith kenji kenneth kevin klaus kofi kumar kurt kyle
    lars laurent lawrence leo leon leonard liam lorenzo louis luca lucas luigi luis lukas luke magnus malik
    manuel marc marcel marco marcus mario mark markus martin mateo matthew matthias max maxim michael miguel
    mike mohamed mohammed moritz nathan neil nicholas nick nico nikhil nikolai nils noah oliver olivier omar
    oscar otto owen pablo paolo pascal patrick paul pavel pedro per pete peter philip philippe pierre rafael
    rahul raj rajesh ralph ramon raul ravi ray raymond rémi ricardo richard rick rob robert roberto rodrigo
    roger roland roman ron ronald rory ross roy ruben rudolf ryan salim samir samuel sanjay santiago scott sean
    sebastian sergei sergio seth simon stanley stefan stephen steve steven stuart sven takeshi tariq ted theo
    theodore thiago thomas tiago tim timothy tobias todd tom tomas tommy tony tristan tyler umar victor vijay
    viktor vincent vladimir walter wayne wei william wolfgang xavier yusuf zachary
    """
)

EITHER = words(
    """
    alex ali ariel ash avery blake cameron casey charlie chris dana drew elliott emery jamie jean jess jo jordan
    kai kim lee logan lou morgan nicky noel parker pat quinn reese ren robin rowan ryan sam sasha shannon sky
    taylor terry toni
    """
)


def gender(name: str) -> str:
    """As in "f", "m", or empty when the name tells nothing. Only the first word counts."""
    first = name.split(maxsplit=1)[0].lower() if name.strip() else ""
    if first in EITHER:
        return ""
    return "f" if first in FEMALE else "m" if first in MALE else ""


def is_given_name(word: str) -> bool:
    """Whether a word is a common first name."""
    low = word.lower()
    return low in FEMALE or low in MALE or low in EITHER
