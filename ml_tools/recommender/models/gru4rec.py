"""GRU4Rec: a recurrent network over a session."""

from torch import Tensor, nn

from ml_tools.recommender.models.sequence_training import Encoder, Recipe
from ml_tools.recommender.models.sequences import SequenceModel


class RecurrentEncoder(Encoder):
    """Gated recurrent units; their projection is added to the newest product, whose like is often wanted next."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.dropout = nn.Dropout(recipe.dropout)
        self.units = nn.GRU(recipe.width, recipe.width, recipe.layers, batch_first=True)
        self.projection = nn.Linear(recipe.width, recipe.width)

    def forward(self, vectors: Tensor) -> Tensor:
        hidden, _ = self.units(self.dropout(vectors))
        return vectors + self.projection(self.dropout(hidden))


class GRU4Rec(SequenceModel):
    """Reads short sessions well and costs little."""

    name = "gru4rec"
    paper = "Hidasi et al., ICLR 2016; loss: Hidasi & Karatzoglou, CIKM 2018"
    recipe = Recipe(width=128, window=50, layers=1, dropout=0.2, temperature=0.07, rate=0.004, rivals=2048, epochs=8)

    def encoder(self) -> Encoder:
        return RecurrentEncoder(self.recipe)
