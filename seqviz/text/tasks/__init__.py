"""The tasks that the small shipped networks were trained on: their data, free of torch."""

from seqviz.text.tasks.base import SPLITS, Sample, Split, Task
from seqviz.text.tasks.brackets import Brackets
from seqviz.text.tasks.counting import Counting
from seqviz.text.tasks.country import Country, sentence
from seqviz.text.tasks.reviews import Reviews

__all__ = ["SPLITS", "Brackets", "Counting", "Country", "Reviews", "Sample", "Split", "Task", "sentence"]
