"""The tasks that the small shipped networks were trained on: their data, free of torch."""

from seqviz.text.tasks.base import SPLITS, Sample, Split, Task
from seqviz.text.tasks.counting import Counting
from seqviz.text.tasks.country import Country, sentence

__all__ = ["SPLITS", "Counting", "Country", "Sample", "Split", "Task", "sentence"]
