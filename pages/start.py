"""/ : what seqviz is, on one screen."""

from seqviz.ui import shell

shell.open_page("")
