"""Run every benchmark, those of pages against one fresh server; each prints its own rows."""

import tempfile
from pathlib import Path

from benchmarks import (
    clustering,
    clustering_controls,
    controls,
    gradient_norms,
    kmeans,
    kmeans_controls,
    probe,
    service,
    sheet,
    stepping,
    training,
    visitors,
)
from tests.browser.serving import start_server

if __name__ == "__main__":
    clustering.run()
    gradient_norms.run()
    probe.run()
    training.run()
    service.run()
    with tempfile.TemporaryDirectory() as folder:
        server = start_server(Path(folder))
        try:
            controls.run(server.url)
            clustering_controls.run(server.url)
            kmeans_controls.run(server.url)
            stepping.run(server.url)
            sheet.run(server.url)
            kmeans.run(server.url)
        finally:
            server.stop()
    visitors.run()
