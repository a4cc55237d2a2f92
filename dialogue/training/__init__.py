"""How the packaged language model is taught to word facts: the data, the generator, the training and the measuring."""
