"""Values: what a campaign, a fact, an observation, a reason and a decision are. Standard library and numpy only."""
