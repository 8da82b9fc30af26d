"""Charts as Plotly dictionaries with text alternatives."""
