"""The routes, by what they are about; each module brings one router."""
