"""Live state in Redis: every step one Lua script, so that any number of engines can share a hotline.

A step is `lua/steps/NAME.lua` behind what all steps share: `step` (time, facts, word to engines), `seats` (the seat's table
and its indexes), `calls` (lines, refusals), `match` (which seat goes to which call) and `handover` (engines that come and go).
The keys are described where they are used, at the top of those files.

* Scripts, not Redis functions: a script is known by its text, so that engines of two versions share a hotline; Redis may lose
  it at any restart, and it is sent again. What functions would save is 6 of some 100 µs.
* All keys of a hotline lie in one slot of a cluster (one hash tag). A script names only its clock; the other keys it finds.
* Cost: a step looks at the first of a few sorted sets, whatever the number of seats and calls. How many sets depends on the
  configuration alone: a seat's groups, the skills and levels ever wanted, the classes of callers. What is passed over is
  bounded: a seat passes over calls that it refused, a call over seats that refused it and over seats kept back (match.lua).
  What many calls or seats have to change (a group that nobody serves any more, midnight) is done by timers, one a step.
* Time is Redis' own (step.lua), so that engines whose clocks differ agree on ranks and leases, and an engine's clock that
  steps moves nobody. When Redis' clock is set back, live state's time goes on from where it was; when it leaps forward, what
  was due in the leap is due at once.
* A step is whole or not at all, also where Redis dies in the middle of it: it logs a script's effects as one transaction.
"""
