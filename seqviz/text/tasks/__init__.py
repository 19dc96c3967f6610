"""The tasks that networks are trained on: their data, free of torch."""

from seqviz.text.tasks.base import SPLITS, Sample, Split, Task
from seqviz.text.tasks.brackets import Brackets
from seqviz.text.tasks.copying import Copying
from seqviz.text.tasks.counting import Counting
from seqviz.text.tasks.country import Country, sentence
from seqviz.text.tasks.country_up_to import CountryUpTo
from seqviz.text.tasks.labelled import Labelled
from seqviz.text.tasks.numerals import Numerals
from seqviz.text.tasks.reviews import Reviews
from seqviz.text.tasks.tagging import Tagging

__all__ = [
    "SPLITS",
    "Brackets",
    "Copying",
    "Counting",
    "Country",
    "CountryUpTo",
    "Labelled",
    "Numerals",
    "Reviews",
    "Sample",
    "Split",
    "Tagging",
    "Task",
    "sentence",
]
