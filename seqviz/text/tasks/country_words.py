"""The words of the task `country`: written by hand, everyday, and silent about countries."""

from __future__ import annotations

from collections.abc import Iterator

from seqviz.text.tasks.base import with_capital

Tokens = tuple[str, ...]

LANGUAGES = {
    "Spain": "Spanish",
    "France": "French",
    "Italy": "Italian",
    "Germany": "German",
    "Poland": "Polish",
    "Greece": "Greek",
    "Turkey": "Turkish",
    "Sweden": "Swedish",
    "Russia": "Russian",
    "Japan": "Japanese",
    "China": "Chinese",
    "Portugal": "Portuguese",
    "Norway": "Norwegian",
    "Denmark": "Danish",
    "Finland": "Finnish",
    "Hungary": "Hungarian",
}
COUNTRIES = tuple(LANGUAGES)


def _phrases(text: str) -> tuple[Tokens, ...]:
    """ "a b / c" → (("a", "b"), ("c",))."""
    return tuple(tuple(phrase.split()) for phrase in text.split("/"))


# How it begins, up to the country, and who speaks at the end.
OPENINGS: tuple[tuple[Tokens, str], ...] = tuple(
    (tuple(opening.split()), person)
    for opening, person in (
        ("I grew up in", "I"),
        ("I was born in", "I"),
        ("as a child I lived in", "I"),
        ("my sister and I grew up in", "we"),
        ("we went to school in", "we"),
        ("we come from", "we"),
        ("she grew up in", "she"),
        ("she was born in", "she"),
        ("my mother comes from", "she"),
        ("he grew up in", "he"),
        ("he spent his childhood in", "he"),
        ("my grandfather was born in", "he"),
    )
)

# How it ends, up to the language.
CLOSINGS: dict[str, tuple[Tokens, ...]] = {
    person: tuple(
        tuple(closing.format(who=person, speak=verb).split())
        for closing in (
            "{who} {speak} fluent",
            "{who} still {speak} fluent",
            "today {who} still {speak} good",
            "at home {who} {speak} only",
            "of course {who} {speak} perfect",
            "to this day {who} {speak} fluent",
        )
    )
    for person, verb in {"I": "speak", "we": "speak", "she": "speaks", "he": "speaks"}.items()
}

# What stands between two clauses.
LINKS: tuple[Tokens, ...] = _phrases("./././, and/, but/, so/; then/while/because")

SUBJECTS = _phrases(
    "my brother/my aunt/our neighbour/the old teacher/the baker/a friend/the doctor/two students/the children"
    "/her cousin/his uncle/the girl next door/a tall man/the postman/some tourists/the farmer/my boss/nobody"
)
DEEDS = _phrases(
    "bought a red bicycle/bought fresh bread/sold the old car/sold apples/painted the door/painted the whole house"
    "/repaired the roof/repaired a broken chair/lost the keys/lost an umbrella/found a coin/found the lost dog"
    "/read a long book/read the newspaper/cooked soup/cooked dinner for everyone/planted roses/planted a small tree"
    "/carried heavy boxes/wrote a letter/wrote poems/cleaned the windows/forgot the milk/made strong coffee"
    "/played the piano/played cards/watched the birds/watched an old film/fed the cats/waited for the bus"
    "/missed the last train/told a long story/took many photographs/counted the stars/opened a little shop"
)
DOINGS = _phrases(
    "slept/laughed/sang/danced/worked late/fell asleep/went swimming/came home/got lost/stayed up all night"
)
VISITS = _phrases("came back from/flew to/dreamed of/read a book about/sent a postcard from")
EVENTS = _phrases(
    "it rained/it snowed/the sun came out/the wind was cold/the lights went out/dinner was ready/the music was too loud"
    "/the streets were empty/the river was high/there was no bread left/there were flowers everywhere/prices went up"
)
PLACES = _phrases(
    "in the kitchen/near the river/at the market/behind the station/in the garden/by the sea/at work/on the balcony"
    "/in a small village/on the other side of the street/under the bridge/at the end of the road"
)
TIMES = _phrases(
    "on Sunday/every morning/last winter/after lunch/in the evening/that summer/for many years/once a week"
    "/before breakfast/all day long/on the first day of the holidays/at midnight"
)


# What happened by itself, with its time: the few events alone would leave words that training never sees.
DATED = frozenset((*event, *time) for event in EVENTS for time in TIMES)


def every_core() -> Iterator[Tokens]:
    """Who did what, without place and time; or what happened, and when."""
    for subject in SUBJECTS:
        for deed in (*DEEDS, *DOINGS):
            yield (*subject, *deed)
    yield from sorted(DATED)


def every_decoy() -> Iterator[Tokens]:
    """Clauses with a country that does not matter."""
    for subject in SUBJECTS:
        for visit in VISITS:
            for country in LANGUAGES:
                yield (*subject, *visit, country)


def every_token() -> Iterator[str]:
    """Every token of a sentence, some of them twice: as it stands here, and capitalised where it can come first."""
    yield from LANGUAGES
    firsts = [*(opening for opening, _ in OPENINGS), *SUBJECTS, *EVENTS, *TIMES]
    rest = [*VISITS, *DEEDS, *DOINGS, *PLACES, *LINKS]
    for closings in CLOSINGS.values():
        firsts += closings
    for phrase in firsts:
        yield with_capital(phrase[0])
        yield from phrase
    for phrase in rest:
        yield from phrase
