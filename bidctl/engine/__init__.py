"""One control cycle: observe, settle, decide, write through the gate. Everything outside comes in through `ports`."""
