"""The published tables of MedRegA: as reference rows beside a user's runs, and an audit of them."""
