"""The slow twins: every verb again in plain Python, from the printed definitions.

They work on one series at a time, on exact fractions of the decimals that the numbers print as.
They share no code and no road with the library: no arrays, no compiled loops, no float shortcuts.
"""
