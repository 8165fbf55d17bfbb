"""The same answers as the engine's, computed slowly and by definition.

Nothing here is shared with the engine: units come from the rules in ``docs/units.md``, matches from
comparing every place with every other. Texts of a few dozen units take milliseconds, so the
property tests can hold the engine against it thousands of times.

In the order of the flow: ``units`` and ``cutting``, ``matches``, ``fidelity``, ``echo``, and
``scan``, which makes rows of them.
"""
