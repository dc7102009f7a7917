"""What the frame decides, and nothing else: (state, event, now) -> (state, commands).

No clock, thread, file, socket or pixel.
"""
