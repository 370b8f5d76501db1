"""When to call: contact by hour and weekday, within the same contacts."""
