"""How many processor threads torch takes for itself."""

import torch


def one_thread() -> None:
    """Let torch compute on one thread: at the sizes of a lecture more of them only wait for each other.

    It holds for every thread of this process, those that start later included.
    """
    if torch.get_num_threads() != 1:
        torch.set_num_threads(1)
