"""The entry point that Streamlit starts: route to a page and run it; nothing else."""

from seqviz.ui import shell

shell.route().run()
