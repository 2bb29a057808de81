"""Phones and callers for the lab: Python drivers over real SIP programs (baresip, sipp), in the words of the field.

    async with Phones(folder) as phones, World(phones) as world:
        world.script("051586660001", RingsForEver()).script("13900001001", Answers(after_s=1, presses="1"))
        seat, caller = await phones.seat(8001), await phones.caller("051588880001")

        await caller.dial("12345")
        ring = await seat.rings()
        await seat.answer()
        await seat.hears(caller)
        await caller.hang_up()
        await seat.call_ended()

Phones one by one: `phones`, `softphone`. Whom Asterisk calls outside: `world`, `behaviours`. Load and odd SIP: `sipp`, `bulk`,
`latency`. What was heard: `tones`, `prompts`, `sound`. A browser's registration: `websocket`.
"""
