"""The mock as a server of the Model Context Protocol, which coding agents drive. Needs the extra ``mcp``."""
