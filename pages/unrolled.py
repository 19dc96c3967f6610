"""/unrolled : step through a recurrent network on your own text."""

from seqviz.ui import shell

shell.open_page("unrolled")
