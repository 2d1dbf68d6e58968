"""The decisions, and nothing else.

The rule of this folder: no await, no clock, no randomness, no logging and no I/O.
Time is a number handed in; what to do is returned. Whatever needs a running event
loop to be tested is in the wrong room.
"""
