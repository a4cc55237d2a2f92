"""From comment to Line: intake, facts, persona, models and the director."""
