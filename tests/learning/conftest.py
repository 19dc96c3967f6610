"""Settings for the tests of learning: sizes here are tiny, so a second thread only costs time."""

import torch

torch.set_num_threads(1)
