"""A factorisation machine: a linear part, and for every pair of fields the dot product of their vectors."""

from torch import Tensor, nn

from ml_tools.promotions.models.network import NetworkModel, pairs_of


class _Pairs(nn.Module):
    def forward(self, fields: Tensor) -> Tensor:
        return pairs_of(fields)


class FactorisationMachine(NetworkModel):
    name = "factorisation_machine"
    paper = "Rendle, Factorization Machines, ICDM 2010"

    def _head(self, fields: int) -> nn.Module:
        return _Pairs()
