"""Run every benchmark, those of pages against one fresh server; each prints its own rows."""

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
from benchmarks.served import served

if __name__ == "__main__":
    clustering.run()
    gradient_norms.run()
    probe.run()
    training.run()
    service.run()
    served(controls.run, clustering_controls.run, kmeans_controls.run, stepping.run, sheet.run, kmeans.run)
    visitors.run()
