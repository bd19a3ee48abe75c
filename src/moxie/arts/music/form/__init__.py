"""How pieces are built: plans read from works, drawn and measured."""
