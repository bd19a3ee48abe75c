"""The verbs, in order: collect, prepare, augment, choose, train, evaluate, create, report, export.

Each knows the `Art` protocol and the nouns; none knows painting, the store or another process.
"""
