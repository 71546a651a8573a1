"""Reference backend of the ExploreIOT deployment kit."""
