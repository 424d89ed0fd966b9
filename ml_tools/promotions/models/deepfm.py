"""DeepFM: a factorisation machine and a perceptron over the same field vectors, added."""

from torch import Tensor, nn

from ml_tools.promotions.models.network import WIDTH, NetworkModel, pairs_of, perceptron


class _PairsAndDepth(nn.Module):
    def __init__(self, fields: int) -> None:
        super().__init__()
        self.deep = perceptron(fields * WIDTH)

    def forward(self, fields: Tensor) -> Tensor:
        found: Tensor = pairs_of(fields) + self.deep(fields.flatten(1))[:, 0]
        return found


class DeepFM(NetworkModel):
    name = "deepfm"
    paper = "Guo et al., DeepFM: A Factorization-Machine based Neural Network for CTR Prediction, IJCAI 2017"

    def _head(self, fields: int) -> nn.Module:
        return _PairsAndDepth(fields)
