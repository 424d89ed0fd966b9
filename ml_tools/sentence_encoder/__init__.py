"""The sentence encoder that the assistant reads with: MiniLM, exported once to int8 ONNX. It has no API of its own."""
