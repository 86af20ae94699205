"""What intake's routes find among the parts, beside what every service has."""

from typing import Annotated

from intake.safe import Safe
from kit.parts import part
from programmes.loader import Programmes

TheSafe = Annotated[Safe, part(Safe)]
TheProgrammes = Annotated[Programmes, part(Programmes)]
