"""Asterisk's manager interface (AMI): one link that stays up, actions with deadlines, events nobody can forge.

Read in this order: `framing` (bytes to blocks), `blocks` (blocks to headers), `gate` (which blocks are believed),
`wire` (what may be sent), `inflight` (what is awaited), `protocol` and `client` (panoramisk, hardened), `dispatch`
(who hears of an event), `link` (connect, lose, connect again), `actions` and `snapshot` (what the engine asks).
"""
