"""Steps as compiled code: traced once, then loops of C over swarms."""
