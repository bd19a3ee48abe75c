"""The web studio: a server for one person's browser, on their own machine.

It knows the store through `moxie.studio` alone and never does heavy work itself: jobs run in
processes of their own. `app.create` makes the application, `serve.serve` listens.
"""
