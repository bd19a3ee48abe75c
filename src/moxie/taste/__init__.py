"""What a person likes: answers to questions, a model of their taste, and what to ask next.

It knows no art: a creation is a row of features. Numbers only, no torch, no store.
"""
