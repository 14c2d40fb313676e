"""Drawing as pure functions: from a view and a width to lines of text with roles.

Nothing here knows of an app, a theme or a colour. A line is data, so it can be tested as text and
compared with the line that is on the screen already.
"""
