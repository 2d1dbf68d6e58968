"""`python -m bitrix_async` is `bitrix-async`."""

from bitrix_async.cli import main

main()
