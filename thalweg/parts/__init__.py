"""What scenes are made of: motion, landscape, balls, aim, hands, and panels on a board. Composed, never inherited.

A part is made for a shot and the page it is drawn on, offers mobjects to add to the scene, and is told each moment.
"""
