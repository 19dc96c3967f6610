"""/unrolled : step through a recurrent network on your own text."""

from seqviz.ui import shell
from seqviz.ui.components import unrolled, unrolled_data
from seqviz.ui.compute import experiment
from seqviz.ui.settings import Settings

shell.open_page("unrolled")
unrolled(unrolled_data(experiment(Settings())), key="stepper")
