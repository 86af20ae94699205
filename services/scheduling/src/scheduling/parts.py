"""What scheduling's routes find among the parts, beside what every service has."""

from typing import Annotated

from kit.parts import part
from programmes.loader import Programmes

TheProgrammes = Annotated[Programmes, part(Programmes)]
