"""The replicated log for people: every slot with its command decoded, filters, and as JSON."""
