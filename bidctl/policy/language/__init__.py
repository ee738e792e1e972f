"""The language of rules that operators write: columns with units, and expressions over them."""
