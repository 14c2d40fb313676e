"""Kinds of values that a scenario file may hold: how each is read, described and written.

A kind reads one TOML value into what :mod:`scenarios.schema` holds, or refuses it with what was
found and what is allowed. The same kind describes itself in JSON Schema and writes a value back.
"""

from scenarios.kinds.kind import Json as Json
from scenarios.kinds.kind import Kind as Kind
from scenarios.kinds.kind import RefusedError as RefusedError
from scenarios.kinds.numbers import Pair as Pair
from scenarios.kinds.numbers import Quantity as Quantity
from scenarios.kinds.numbers import Real as Real
from scenarios.kinds.numbers import Share as Share
from scenarios.kinds.numbers import Span as Span
from scenarios.kinds.numbers import Whole as Whole
from scenarios.kinds.phrases import did_you_mean as did_you_mean
from scenarios.kinds.phrases import one_of as one_of
from scenarios.kinds.phrases import printable as printable
from scenarios.kinds.phrases import shown as shown
from scenarios.kinds.times import Moment as Moment
from scenarios.kinds.times import TimeOfDay as TimeOfDay
from scenarios.kinds.words import Choice as Choice
from scenarios.kinds.words import Flag as Flag
from scenarios.kinds.words import Groups as Groups
from scenarios.kinds.words import Mistake as Mistake
from scenarios.kinds.words import Name as Name
from scenarios.kinds.words import Text as Text
