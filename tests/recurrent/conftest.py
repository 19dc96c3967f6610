"""Settings for the tests beside torch: sizes here are tiny, so a second thread only costs time."""

import torch

torch.set_num_threads(1)
