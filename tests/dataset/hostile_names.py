"""Names of folders that mean something to one of the libraries that a path is handed to."""

NAMES = (
    "a[bc]", "a*", "a?", "**", "[!a]", "{a,b}", "it's", 'in "quotes"', "100%", "%41", "two\nlines", "-rf",
    "back\\slash", "a\\*b", "list_id=7", "http:", "s3:", "~", "~root", "$HOME", "a,b", "#1", "a;b", " space ",
    "été", "имя", "\U0001f600", "caf\udce9", "calls.duckdb", "x.zip", "a:b", "file:",
)  # fmt: skip
