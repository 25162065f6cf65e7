"""A head fitted at one stroke."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from fledge.classic.probe import probe_head
from fledge.core.errors import UsageError
from fledge.models.heads import Head


def test_a_fitted_head_gives_the_probabilities_of_scikit_learn() -> None:
    targets = torch.arange(120) % 3
    features = 5 * torch.randn(120, 16, generator=torch.Generator().manual_seed(0)) + 4.0 * torch.eye(16)[targets]
    head = Head(16, 3, hidden=(), dropout=0.3)
    probe_head(head, features, targets, "classes")
    scaled = ((features - features.mean(0)) / features.std(0, correction=0)).numpy()
    theirs = LogisticRegression(C=0.01, tol=1e-3).fit(scaled, targets.numpy())
    with torch.inference_mode():
        assert np.allclose(head.eval()(features).softmax(1).numpy(), theirs.predict_proba(scaled), atol=1e-4)


def test_a_head_with_hidden_layers_has_to_be_trained() -> None:
    with pytest.raises(UsageError, match="hidden=\\(\\)"):
        probe_head(Head(4, 2, hidden=(8,)), torch.zeros(4, 4), torch.zeros(4), "numbers")
