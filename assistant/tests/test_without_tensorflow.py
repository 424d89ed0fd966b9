"""TensorFlow stays out: Rasa loads without it, and whoever computes with it is told so."""

import sys

import pytest
import rasa.engine.recipes.default_components as components

from assistant.without_tensorflow import TensorflowAbsent


def test_rasas_recipe_loads_without_it() -> None:
    import tensorflow

    assert components.DEFAULT_COMPONENTS
    assert not hasattr(tensorflow, "__file__")
    assert "jax" not in sys.modules  # which the real one would bring along


def test_computing_with_it_fails_at_once() -> None:
    import tensorflow as tf

    with pytest.raises(TensorflowAbsent):
        tf.keras.layers.Dense(3)
    with pytest.raises(TensorflowAbsent):
        tf.constant([1.0])


def test_what_is_only_declared_passes() -> None:
    import tensorflow as tf

    class Layer(tf.keras.layers.Layer):
        pass

    @tf.function
    def compute() -> None:
        """Never called."""

    assert [base.__name__ for base in Layer.__mro__] == ["Layer", "Layer", "object"]
    assert compute is not None
