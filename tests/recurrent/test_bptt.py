"""Backpropagation through time held against autograd, against finite differences, and against its own parts."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqviz.recurrent import GRU, LSTM, NO_TARGET, Elman, State, backpropagate, step_losses, unroll
from seqviz.recurrent.bptt import jacobian, recurrent_terms
from seqviz.recurrent.cell import Cell, Head

many = settings(max_examples=25, deadline=None)
LETTERS = {"elman": ("h",), "lstm": ("i", "f", "g", "o"), "gru": ("r", "z", "n")}
KINDS = [
    *(("elman", {"activation": name}) for name in ("tanh", "relu", "sigmoid", "identity")),
    *(("lstm", {"squash_output": squash}) for squash in (True, False)),
    *(("gru", {"reset_after": after, "update_keeps": keeps}) for after in (True, False) for keeps in ("old", "new")),
]


def draw_cell(kind: str, options: dict, sizes: tuple[int, int, int], seed: int) -> Cell:
    D, H, K = sizes
    pick = np.random.default_rng(seed)
    head = Head(pick.normal(size=(K, H)), pick.normal(size=K))
    if kind == "elman":
        return Elman(pick.normal(size=(H, D)), pick.normal(size=(H, H)) * 0.7, pick.normal(size=H), head, **options)
    letters = LETTERS[kind]
    W_x = {k: pick.normal(size=(H, D)) for k in letters}
    W_h = {k: pick.normal(size=(H, H)) * 0.7 for k in letters}
    b = {k: pick.normal(size=H) for k in letters}
    if kind == "lstm":
        return LSTM(W_x, W_h, b, head, **options)
    return GRU(W_x, W_h, b, {k: pick.normal(size=H) for k in letters}, head, **options)


def autograd(cell: Cell, kind: str, options: dict, x: np.ndarray, targets: np.ndarray, loss: str, start: State):
    """The same network as torch operations on leaves of its own: L, and ∂L/∂ every leaf and every h_t."""
    leaf = {name: torch.tensor(value, requires_grad=True) for name, value in cell.parameters().items()}
    leaf["W_hy"] = torch.tensor(cell.head.weight, requires_grad=True)
    leaf["c"] = torch.tensor(cell.head.bias, requires_grad=True)
    inputs = torch.tensor(x, requires_grad=True)
    h = torch.tensor(start.hidden, requires_grad=True)
    c = None if start.cell is None else torch.tensor(start.cell, requires_grad=True)
    hidden, cells, losses = [h], [c], []
    act = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid, "identity": lambda z: z}
    for t in range(len(x)):
        xt = inputs[t]
        if kind == "elman":
            h = act[options["activation"]](leaf["W_xh"] @ xt + leaf["W_hh"] @ h + leaf["b"])
        elif kind == "lstm":
            z = {k: leaf[f"W_x{k}"] @ xt + leaf[f"W_h{k}"] @ h + leaf[f"b_{k}"] for k in "ifgo"}
            c = torch.sigmoid(z["f"]) * c + torch.sigmoid(z["i"]) * torch.tanh(z["g"])
            h = torch.sigmoid(z["o"]) * (torch.tanh(c) if options["squash_output"] else c)
        else:
            r, z = (
                torch.sigmoid(leaf[f"W_x{k}"] @ xt + leaf[f"b_{k}"] + leaf[f"W_h{k}"] @ h + leaf[f"b_h{k}"])
                for k in "rz"
            )
            if options["reset_after"]:
                n = torch.tanh(leaf["W_xn"] @ xt + leaf["b_n"] + r * (leaf["W_hn"] @ h + leaf["b_hn"]))
            else:
                n = torch.tanh(leaf["W_xn"] @ xt + leaf["b_n"] + leaf["W_hn"] @ (r * h) + leaf["b_hn"])
            h = z * h + (1 - z) * n if options["update_keeps"] == "old" else (1 - z) * h + z * n
        h.retain_grad()
        if c is not None:
            c.retain_grad()
        hidden.append(h)
        cells.append(c)
        y = leaf["W_hy"] @ h + leaf["c"]
        if loss == "cross_entropy":
            wanted = torch.tensor(targets[t])
            losses.append(torch.nn.functional.cross_entropy(y, wanted, reduction="sum"))
        else:
            losses.append(0.5 * ((torch.tensor(targets[t]) - y) ** 2).sum())
    return leaf, inputs, hidden, cells, losses


def case(kind: str, options: dict, data: st.DataObject, loss: str):
    T, D, H, K = (data.draw(st.integers(1, high)) for high in (6, 4, 5, 4))
    seed = data.draw(st.integers(0, 2**16))
    cell = draw_cell(kind, options, (D, H, K), seed)
    pick = np.random.default_rng(seed + 1)
    x = pick.normal(size=(T, D))
    start = State(pick.normal(size=H), pick.normal(size=H) if kind == "lstm" else None)
    if loss == "cross_entropy":
        targets = pick.integers(0, K, size=T)
        targets[pick.random(T) < 0.2] = NO_TARGET
    else:
        targets = pick.normal(size=(T, K))
    return cell, x, start, targets


def close(actual: np.ndarray, wanted: torch.Tensor | None, bound: float = 1e-8) -> None:
    expected = np.zeros_like(actual) if wanted is None else wanted.numpy()
    np.testing.assert_allclose(actual, expected, rtol=bound, atol=bound)


@pytest.mark.parametrize("loss", ["cross_entropy", "squared_error"])
@pytest.mark.parametrize(("kind", "options"), KINDS, ids=str)
@many
@given(data=st.data())
def test_every_gradient_equals_autograds(kind: str, options: dict, loss: str, data: st.DataObject):
    cell, x, start, targets = case(kind, options, data, loss)
    got = backpropagate(cell, unroll(cell, x, start), targets, loss)
    leaf, inputs, hidden, cells, losses = autograd(cell, kind, options, x, targets, loss, start)
    torch.stack(losses).sum().backward()
    close(got.losses, torch.stack(losses).detach())
    for name, value in leaf.items():
        close(got.parameters[name], value.grad)
    assert set(got.parameters) == set(leaf)
    close(got.inputs, inputs.grad)
    for t, state in enumerate(hidden):
        close(got.hidden[t], state.grad)
    if kind == "lstm":
        for t, state in enumerate(cells):
            close(got.cell[t], state.grad)
    else:
        assert got.cell is None


@pytest.mark.parametrize(("kind", "options"), KINDS, ids=str)
@many
@given(data=st.data())
def test_the_terms_add_up_to_the_gradient(kind: str, options: dict, data: st.DataObject):
    cell, x, start, targets = case(kind, options, data, "cross_entropy")
    trace = unroll(cell, x, start)
    got = backpropagate(cell, trace, targets, "cross_entropy")
    terms = recurrent_terms(cell, trace, targets, "cross_entropy")
    for name, term in terms.items():
        np.testing.assert_allclose(term.sum(axis=(0, 1)), got.parameters[name], rtol=1e-10, atol=1e-10)
    norms = np.sqrt(sum((term**2).sum(axis=(2, 3)) for term in terms.values()))
    np.testing.assert_allclose(got.contributions, norms, rtol=1e-10, atol=1e-12)
    assert (np.triu(got.contributions, 1) == 0).all()


@pytest.mark.parametrize(("kind", "options"), KINDS, ids=str)
@many
@given(data=st.data())
def test_a_single_term_is_the_gradient_of_one_loss_through_one_use(kind: str, options: dict, data: st.DataObject):
    """Autograd with a copy of the recurrent weights for every step: the (t, k) term is ∂L_t by the k-th copy."""
    cell, x, start, targets = case(kind, options, data, "cross_entropy")
    trace = unroll(cell, x, start)
    terms = recurrent_terms(cell, trace, targets, "cross_entropy")
    T = len(x)
    t = data.draw(st.integers(0, T - 1))
    moved = 1e-6
    name = data.draw(st.sampled_from(sorted(terms)))
    k = data.draw(st.integers(0, t))
    i, j = (data.draw(st.integers(0, cell.hidden_size - 1)) for _ in range(2))

    def loss_with(change: float) -> float:
        state = start
        for step in range(t + 1):
            used = cell
            if step == k:
                weights = {key: np.array(value) for key, value in cell.W_h.items()} if kind != "elman" else None
                if weights is None:
                    W = np.array(cell.W_hh)
                    W[i, j] += change
                    used = Elman(cell.W_xh, W, cell.b, cell.head, cell.activation)
                else:
                    weights[name[-1]][i, j] += change
                    used = (
                        LSTM(cell.W_x, weights, cell.b, cell.head, **options)
                        if kind == "lstm"
                        else GRU(cell.W_x, weights, cell.b, cell.b_h, cell.head, **options)
                    )
            state = used.step(x[step], state).state
        return float(step_losses(cell.head(state.hidden)[None], targets[t : t + 1], "cross_entropy")[0])

    numeric = (loss_with(moved) - loss_with(-moved)) / (2 * moved)
    assert terms[name][t, k, i, j] == pytest.approx(numeric, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("window", [1, 2, 3, 99])
@pytest.mark.parametrize(("kind", "options"), KINDS, ids=str)
def test_truncation_keeps_the_terms_within_the_window(kind: str, options: dict, window: int):
    cell = draw_cell(kind, options, (3, 4, 3), 7)
    pick = np.random.default_rng(8)
    trace, targets = unroll(cell, pick.normal(size=(6, 3))), pick.integers(0, 3, size=6)
    got = backpropagate(cell, trace, targets, "cross_entropy", window=window)
    terms = recurrent_terms(cell, trace, targets, "cross_entropy")
    t, k = np.indices((6, 6))
    for name, term in terms.items():
        kept = np.where((t - k < window)[:, :, None, None], term, 0.0).sum(axis=(0, 1))
        np.testing.assert_allclose(got.parameters[name], kept, rtol=1e-10, atol=1e-12)
    full = backpropagate(cell, trace, targets, "cross_entropy")
    np.testing.assert_allclose(got.contributions, np.where(t - k < window, full.contributions, 0.0), atol=1e-12)
    np.testing.assert_array_equal(got.parameters["W_hy"], full.parameters["W_hy"])


@pytest.mark.parametrize(("kind", "options"), KINDS, ids=str)
def test_the_jacobian_equals_autograds(kind: str, options: dict):
    cell = draw_cell(kind, options, (2, 4, 2), 3)
    pick = np.random.default_rng(4)
    x = pick.normal(size=(3, 2))
    start = State(pick.normal(size=4), pick.normal(size=4) if kind == "lstm" else None)
    trace = unroll(cell, x, start)
    got = backpropagate(cell, trace, np.array([0, 1, 0]), "cross_entropy")
    for t in range(1, 4):
        before = State(trace.hidden[t - 1], None if trace.cell is None else trace.cell[t - 1])
        _, _, hidden, _, _ = autograd(cell, kind, options, x[t - 1 : t], np.array([0]), "cross_entropy", before)
        rows = [torch.autograd.grad(hidden[1][i], hidden[0], retain_graph=True)[0] for i in range(4)]
        close(got.jacobians[t - 1], torch.stack(rows), 1e-10)
        np.testing.assert_array_equal(got.jacobians[t - 1], jacobian(cell, trace, t))


def test_by_hand():
    """One unit, two steps, identity activation, squared error: every number fits on paper.

    h_1 = 2·1 + 0 = 2, h_2 = 2·1 + 3·2 = 8; y = h; targets 1 and 6: y − target = 1 and 2.
    ∂L/∂h_2 = 2; ∂L/∂h_1 = 1 + 3·2 = 7. ∂L/∂W_hh = 2·h_1 + 7·h_0 = 4; ∂L/∂W_xh = 2·1 + 7·1 = 9; ∂L/∂b = 9.
    The (t, k) terms for W_hh: (2, 2) is 2·h_1 = 4; those at k = 1 meet h_0 = 0.
    """
    cell = Elman([[2.0]], [[3.0]], [0.0], Head([[1.0]], [0.0]), "identity")
    trace = unroll(cell, [[1.0], [1.0]])
    got = backpropagate(cell, trace, [[1.0], [6.0]], "squared_error")
    np.testing.assert_array_equal(got.losses, [0.5, 2.0])
    np.testing.assert_array_equal(got.hidden, [[21.0], [7.0], [2.0]])
    assert {name: value.item() for name, value in got.parameters.items()} == {
        "W_xh": 9.0,
        "W_hh": 4.0,
        "b": 9.0,
        "W_hy": 1 * 2 + 2 * 8,
        "c": 3.0,
    }
    np.testing.assert_array_equal(got.contributions, [[0.0, 0.0], [0.0, 4.0]])
    np.testing.assert_array_equal(got.jacobians, [[[3.0]], [[3.0]]])


def test_finite_differences_agree_on_the_hand_sized_case():
    cell = draw_cell("elman", {"activation": "tanh"}, (2, 2, 2), 1)
    x = np.random.default_rng(2).normal(size=(3, 2))
    targets = np.array([0, 1, 1])
    got = backpropagate(cell, unroll(cell, x), targets, "cross_entropy")

    def loss(weights: dict[str, np.ndarray]) -> float:
        moved = Elman(weights["W_xh"], weights["W_hh"], weights["b"], cell.head, "tanh")
        return float(step_losses(unroll(moved, x).outputs, targets, "cross_entropy").sum())

    for name, value in cell.parameters().items():
        for place in np.ndindex(value.shape):
            up, down = ({key: np.array(v) for key, v in cell.parameters().items()} for _ in range(2))
            up[name][place] += 1e-6
            down[name][place] -= 1e-6
            assert got.parameters[name][place] == pytest.approx((loss(up) - loss(down)) / 2e-6, rel=1e-6, abs=1e-8)


def test_what_cannot_be_is_refused():
    cell = Elman([[1.0]], [[1.0]], [0.0])
    with pytest.raises(ValueError, match="without a head"):
        backpropagate(cell, unroll(cell, [[1.0]]), np.array([0]), "cross_entropy")
    with_head = Elman([[1.0]], [[1.0]], [0.0], Head([[1.0]], [0.0]))
    with pytest.raises(ValueError, match="window is 0, expected at least 1"):
        backpropagate(with_head, unroll(with_head, [[1.0]]), np.array([0]), "cross_entropy", window=0)
    with pytest.raises(ValueError, match="squared_error"):
        backpropagate(with_head, unroll(with_head, [[1.0]]), np.array([0]), "hinge")


def test_what_is_no_number_is_not_made_0_and_no_loss_reaches_a_later_step():
    """States of 1, 1e200, ∞, ∞: what is used at ∞ has no size, and the losses before such a use stay 0 for it."""
    cell = Elman([[1.0]], [[1e200]], [0.0], Head(np.ones((1, 1)), np.zeros(1)), "identity")
    found = backpropagate(cell, unroll(cell, np.ones((4, 1))), np.zeros((4, 1)), "squared_error").contributions
    assert found[np.triu_indices(4, 1)].tolist() == [0.0] * 6
    assert not np.isfinite(found[np.tril_indices(4)][5:]).any()  # of the losses at steps 3 and 4, whose states are ∞
    head = Elman([[1.0]], [[1.0]], [0.0], Head(np.full((1, 1), np.nan), np.zeros(1)), "identity")
    found = backpropagate(head, unroll(head, np.ones((3, 1))), np.zeros((3, 1)), "squared_error").contributions
    assert np.isnan(found[np.tril_indices(3)]).all()
    assert found[np.triu_indices(3, 1)].tolist() == [0.0] * 3
