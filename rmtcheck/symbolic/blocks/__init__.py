"""Blocks of Hessians: differentiate the printed loss, contract, recognise, compare, explain."""
