"""The main job on a stage: forty campaigns by the rulebook against an emulated platform, over real HTTP, judged at the end."""
