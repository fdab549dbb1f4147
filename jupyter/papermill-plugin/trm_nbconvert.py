"""Plotly figures in HTML exports, without a network (`jupyter nbconvert --to html --template trm`)."""

from nbconvert.preprocessors import Preprocessor
from plotly.offline import get_plotlyjs

PLOTLY = "application/vnd.plotly.v1+json"


class InlinePlotly(Preprocessor):
    """Gives the template Plotly's program (4.8 MB) when the notebook holds a figure.

    It is the copy of the `plotly` package, the one that draws in JupyterLab too.
    """

    def preprocess(self, nb, resources):
        outputs = (output for cell in nb.cells for output in cell.get("outputs", ()))
        if any(PLOTLY in output.get("data", {}) for output in outputs):
            resources["plotly_js"] = get_plotlyjs().replace("</script", "<\\/script")
        return nb, resources
