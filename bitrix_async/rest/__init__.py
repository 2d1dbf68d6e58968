"""The methods of the portal as functions that return a `Call`.

One module for each part of a method's name, and the last part in snake case, with the
word breaks of its documentation page: `landing.landing.addblock` is
`rest.landing.landing.add_block`. Import what you use; nothing here is loaded before:

    from bitrix_async.rest import catalog, landing
"""
