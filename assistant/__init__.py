"""The dialogue: Rasa with our own input channel, tracker store and NLU components. Python 3.10, on its own."""
