"""What does an outcome cost, and what was spent for nothing?"""

from pages import answer

answer.page("cost")
