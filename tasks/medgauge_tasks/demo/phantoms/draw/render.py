"""From a plan to a drawing."""

from medgauge_tasks.demo.phantoms.design import Plan
from medgauge_tasks.demo.phantoms.dice import Dice
from medgauge_tasks.demo.phantoms.draw import ct, dermoscopy, fundus, histology, mri, oct, ultrasound, xray
from medgauge_tasks.demo.phantoms.draw.drawing import Drawing

_DRAW = {
    "x-ray": xray.draw,
    "ct": ct.draw,
    "mri": mri.draw,
    "ultrasound": ultrasound.draw,
    "fundus": fundus.draw,
    "oct": oct.draw,
    "dermoscopy": dermoscopy.draw,
    "histology": histology.draw,
}


def draw(plan: Plan) -> Drawing:
    """The drawing of a plan: the same plan gives the same pixels."""
    return _DRAW[plan.modality](plan, Dice.seeded(*plan.seed))
