"""Blocks of one hidden layer as the classes grow: all samples share the readout V."""
