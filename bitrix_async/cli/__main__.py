"""`python -m bitrix_async.cli` is `bitrix-async`."""

from bitrix_async.cli import main

main()
