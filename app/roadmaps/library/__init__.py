"""An organisation's own library: initiatives it has added, adapted or hidden, beside the shipped ones."""
